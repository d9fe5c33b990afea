namespace Flownally.Infrastructure;

internal static class Backoff
{
    /// <summary>The pause after this one, where each is to be twice as long as the last, up to the longest.</summary>
    public static TimeSpan DoubledUpTo(this TimeSpan pause, TimeSpan longest) => TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, longest.Ticks));
}
