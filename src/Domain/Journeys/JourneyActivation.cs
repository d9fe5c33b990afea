namespace Flownally.Domain.Journeys;

/// <summary>What an active journey does with events. An interval of time in which it stays the same is kept for good.</summary>
public sealed record JourneyActivation(TriggerConfig TriggerConfig, EntryMode EntryMode);
