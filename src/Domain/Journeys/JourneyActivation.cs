namespace Flownally.Domain.Journeys;

/// <summary>
/// The reaction of an active journey to events. The database stores each interval of the feed with the reaction that applied in it.
/// </summary>
public sealed record JourneyActivation(TriggerConfig TriggerConfig, EntryMode EntryMode);
