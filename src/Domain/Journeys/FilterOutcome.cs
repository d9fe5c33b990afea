namespace Flownally.Domain.Journeys;

/// <summary>The result of matching a payload with a trigger.</summary>
public enum FilterOutcome
{
    Matches,

    DoesNotMatch,

    /// <summary>The check exceeds its work budget; the event does not match.</summary>
    TooComplex,
}
