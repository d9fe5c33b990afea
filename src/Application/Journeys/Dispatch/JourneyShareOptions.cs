using System.ComponentModel.DataAnnotations;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>
/// The section <c>Journeys:Share</c> of the configuration: for how much of one tenant the others wait. A step ends with the event that
/// exceeds it; what follows is read in a later step, by turns with other tenants that have as much.
/// </summary>
public sealed class JourneyShareOptions
{
    /// <summary>Entries of one tenant in a step: 1 to 1,000,000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "a whole number from 1 to 1000000")]
    public int Entries { get; set; } = 1_000;

    /// <summary>Time that one tenant's filters take in a step: one millisecond to one minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00", ErrorMessage = "a time from 00:00:00.001 to 00:01:00, such as 00:00:00.050")]
    public TimeSpan Time { get; set; } = TimeSpan.FromMilliseconds(50);
}
