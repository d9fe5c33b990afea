using System.ComponentModel.DataAnnotations;

namespace Flownally.Infrastructure.Postgres;

/// <summary>The section <c>Database</c> of the configuration.</summary>
public sealed class DatabaseOptions
{
    /// <summary>
    /// The largest difference between the clocks of this machine and the database's machine. This machine sets the ids and times of events,
    /// the database's machine the months and retention: a larger difference would put events into the wrong month. One second to one day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "a time from 00:00:01 to 1.00:00:00, such as 00:05:00")]
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromMinutes(5);
}
