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
    /// <param name="work">What the check may cost.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="TimeoutException">The machine is too busy to tell in time.</exception>
    public FilterOutcome Matches(JsonElement payload, Work work) => PayloadFilter is null ? FilterOutcome.Matches : PayloadFilter.Accepts(payload, work) switch
    {
        true => FilterOutcome.Matches,
        false => FilterOutcome.DoesNotMatch,
        null => FilterOutcome.TooComplex,
    };
}
