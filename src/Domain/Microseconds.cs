namespace Flownally.Domain;

/// <summary>Times are kept to the microsecond, in UTC; anything finer is cut off, never rounded up into the future.</summary>
public static class Microseconds
{
    public static DateTimeOffset Truncate(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
