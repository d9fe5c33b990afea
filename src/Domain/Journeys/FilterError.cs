using Flownally.Domain.Events;

namespace Flownally.Domain.Journeys;

/// <summary>Why a filter could not tell whether an event matches. The event counts as one that does not match.</summary>
/// <param name="At">When it was checked.</param>
/// <param name="Code"><see cref="TooComplex"/> or <see cref="Failed"/>.</param>
public sealed record FilterError(DateTimeOffset At, EventId EventId, string Code)
{
    /// <summary>The check takes more work than it may.</summary>
    public const string TooComplex = "tooComplex";

    /// <summary>The filter, or the payload, could not be used; the log of the service says why.</summary>
    public const string Failed = "failed";

    public string Message => Code == TooComplex
        ? "Checking this event against the filter takes too much work, so the event counts as one that does not match. A simpler filter helps."
        : "This event could not be checked against the filter, so it counts as one that does not match.";
}
