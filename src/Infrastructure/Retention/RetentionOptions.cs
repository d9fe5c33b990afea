using System.ComponentModel.DataAnnotations;

namespace Flownally.Infrastructure.Retention;

/// <summary>The section <c>Retention</c> of the configuration.</summary>
public sealed class RetentionOptions
{
    /// <summary>
    /// How long events are kept, by when they were recorded; at least 1. A calendar month (UTC) goes as a whole, once its end
    /// lies this many months back. Null keeps events for ever.
    /// </summary>
    [Range(1, int.MaxValue, ErrorMessage = "a whole number of months, at least 1")]
    public int? Months { get; set; }

    /// <summary>
    /// The first day of the oldest month that is kept. The end of a month is the start of the next, so it lies
    /// <see cref="Months"/> back exactly when the month before this one does, whatever the day.
    /// </summary>
    internal DateOnly FirstKept(DateTimeOffset now)
    {
        var thisMonth = new DateOnly(now.UtcDateTime.Year, now.UtcDateTime.Month, 1);
        var monthsThereAre = (thisMonth.Year - 1) * 12 + thisMonth.Month - 1;
        return thisMonth.AddMonths(-Math.Min(Months ?? monthsThereAre, monthsThereAre));
    }
}
