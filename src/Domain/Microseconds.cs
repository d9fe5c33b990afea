namespace Flownally.Domain;

/// <summary>Truncates times to PostgreSQL's precision, in UTC. Rounding up could move a time into the future.</summary>
public static class Microseconds
{
    public static DateTimeOffset Truncate(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
