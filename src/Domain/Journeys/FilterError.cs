using Flownally.Domain.Events;

namespace Flownally.Domain.Journeys;

/// <summary>The reason why a filter could not be evaluated for an event. The event then does not match.</summary>
/// <param name="At">The time of the evaluation.</param>
/// <param name="Code"><see cref="TooComplex"/> or <see cref="Failed"/>.</param>
public sealed record FilterError(DateTimeOffset At, EventId EventId, string Code)
{
    /// <summary>The evaluation exceeds its work budget.</summary>
    public const string TooComplex = "tooComplex";

    /// <summary>The filter or the payload could not be used. The log of the service contains the exception.</summary>
    public const string Failed = "failed";

    public string Message => Code == TooComplex
        ? "Checking this event against the filter takes too much work, so the event does not match. Simplify the filter."
        : "The event could not be checked against the filter, so the event does not match.";
}
