using System.ComponentModel.DataAnnotations;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>
/// The section <c>Journeys:Share</c> of the configuration: the share of one tenant in a step, which other tenants wait for. A tenant's
/// share ends with the event that exceeds a limit. Its later events are read in later steps, in turns with other tenants.
/// </summary>
public sealed class JourneyShareOptions
{
    /// <summary>Limit of a tenant's entries per step: 1 to 1,000,000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "a whole number from 1 to 1000000")]
    public int Entries { get; set; } = 1_000;

    /// <summary>Limit of the time for a tenant's filters per step: one millisecond to one minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00", ErrorMessage = "a time from 00:00:00.001 to 00:01:00, such as 00:00:00.050")]
    public TimeSpan Time { get; set; } = TimeSpan.FromMilliseconds(50);
}
