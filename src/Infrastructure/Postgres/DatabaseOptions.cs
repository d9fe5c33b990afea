using System.ComponentModel.DataAnnotations;

namespace Flownally.Infrastructure.Postgres;

/// <summary>How the database is dealt with: the section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>
    /// How far the clocks of this machine and of the database's may differ. Ids and times of events are made here, months and retention
    /// there: much more would put events into the wrong month. One second to one day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "a time from 00:00:01 to 1.00:00:00, such as 00:05:00")]
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromMinutes(5);
}
