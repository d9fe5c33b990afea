using System.Text.Json;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Journeys;

/// <summary>Which events a journey is about.</summary>
/// <param name="EventTypeId">The type they have.</param>
/// <param name="PayloadFilter">What their payloads fit; null where any payload will do.</param>
public sealed record TriggerConfig(EventTypeId EventTypeId, PayloadSchema? PayloadFilter)
{
    /// <summary>Whether the payload of an event of this type is one that the journey is about.</summary>
    public bool Matches(JsonElement payload) => PayloadFilter is null || PayloadFilter.Accepts(payload, new Work(Work.OfPayload)) == true;
}
