namespace Flownally.Application.Journeys;

/// <summary>
/// The section <c>Journeys:Share</c> of the configuration: for how much of one tenant the others wait. A step ends with the event that
/// exceeds it; what follows is read in a later step, by turns with other tenants that have as much.
/// </summary>
public sealed class JourneyShareOptions
{
    /// <summary>Entries of one tenant in a step: 1 or more.</summary>
    public int Entries { get; set; } = 1_000;

    /// <summary>Time that one tenant's filters take in a step.</summary>
    public TimeSpan Time { get; set; } = TimeSpan.FromMilliseconds(50);
}
