using System.ComponentModel.DataAnnotations;

namespace Flownally.Infrastructure.Retention;

/// <summary>The section <c>Retention</c> of the configuration.</summary>
public sealed class RetentionOptions
{
    /// <summary>
    /// How many months events are kept after they were recorded; at least 1. A calendar month (UTC) is dropped as a whole when its end is
    /// this many months ago. Null keeps events for ever.
    /// </summary>
    [Range(1, int.MaxValue, ErrorMessage = "a whole number of months, at least 1")]
    public int? Months { get; set; }

    /// <summary>The first day of the oldest kept month. It depends on the month of <paramref name="now"/>, not on its day.</summary>
    internal DateOnly FirstKept(DateTimeOffset now)
    {
        var thisMonth = new DateOnly(now.UtcDateTime.Year, now.UtcDateTime.Month, 1);
        var maxMonths = (thisMonth.Year - 1) * 12 + thisMonth.Month - 1;
        return thisMonth.AddMonths(-Math.Min(Months ?? maxMonths, maxMonths));
    }
}
