using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Journeys;

/// <summary>Which events a journey is about.</summary>
/// <param name="EventTypeId">The type they have.</param>
/// <param name="PayloadFilter">What their payloads fit; null where any payload will do.</param>
public sealed record TriggerConfig(EventTypeId EventTypeId, PayloadSchema? PayloadFilter);
