using System.ComponentModel.DataAnnotations;

namespace Flownally.Infrastructure.Recording;

/// <summary>The section <c>Recording</c> of the configuration.</summary>
public sealed class RecordingOptions
{
    /// <summary>
    /// How many events may wait for a statement. A tenant may have at most half of them waiting; beyond its share its calls return 503
    /// <c>overloaded</c>. 2 to 1,000,000.
    /// </summary>
    [Range(2, 1_000_000, ErrorMessage = "a whole number from 2 to 1000000")]
    public int MaxWaiting { get; set; } = 4_096;
}
