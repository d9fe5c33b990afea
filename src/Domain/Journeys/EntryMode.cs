namespace Flownally.Domain.Journeys;

/// <summary>How often a contact can enter a journey.</summary>
public enum EntryMode
{
    /// <summary>With the first event that matches, and never again.</summary>
    Once,

    /// <summary>With each event that matches.</summary>
    EveryTime,
}
