namespace Flownally.Domain.Journeys;

/// <summary>Only an active journey reacts to events.</summary>
public enum JourneyStatus
{
    /// <summary>The journey has never been active.</summary>
    Draft,
    Active,
    Paused,
}
