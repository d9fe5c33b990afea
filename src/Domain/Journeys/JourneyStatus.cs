namespace Flownally.Domain.Journeys;

/// <summary>Whether a journey reacts to events: only an active one does.</summary>
public enum JourneyStatus
{
    /// <summary>It has never been active.</summary>
    Draft,
    Active,
    Paused,
}
