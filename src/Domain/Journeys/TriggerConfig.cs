using System.Text.Json;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Journeys;

/// <summary>The events that a journey reacts to: those of one type whose payload fits a filter.</summary>
/// <param name="PayloadFilter">Null accepts any payload.</param>
public sealed record TriggerConfig(EventTypeId EventTypeId, PayloadSchema? PayloadFilter)
{
    /// <summary>Evaluates the filter for an event of the trigger's type.</summary>
    /// <param name="work">The work budget of the evaluation.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled the evaluation.</exception>
    /// <exception cref="WorkTimedOutException">The machine is too busy to finish in time.</exception>
    public FilterOutcome Matches(JsonElement payload, Work work) => PayloadFilter is null
        ? FilterOutcome.Matches
        : PayloadFilter.Accepts(payload, work) switch
        {
            true => FilterOutcome.Matches,
            false => FilterOutcome.DoesNotMatch,
            null => FilterOutcome.TooComplex,
        };
}
