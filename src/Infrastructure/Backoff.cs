namespace Flownally.Infrastructure;

internal static class Backoff
{
    public static TimeSpan DoubledUpTo(this TimeSpan pause, TimeSpan max) => TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, max.Ticks));
}
