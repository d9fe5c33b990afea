namespace Flownally.Domain.Journeys;

/// <summary>How many times a contact can enter a journey.</summary>
public enum EntryMode
{
    /// <summary>Once, with the first event that matches.</summary>
    Once,

    /// <summary>With each event that matches.</summary>
    EveryTime,
}
