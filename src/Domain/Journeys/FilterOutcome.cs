namespace Flownally.Domain.Journeys;

/// <summary>What a trigger says of a payload.</summary>
public enum FilterOutcome
{
    Matches,

    DoesNotMatch,

    /// <summary>The check takes more work than it may; the event counts as one that does not match.</summary>
    TooComplex,
}
