namespace Flownally.Application.Journeys.Dispatch;

/// <summary>
/// How long the dispatcher rests when it has read all there is. A step interrupts recording at the same price however many events it
/// finds, so the rest is in proportion to what is recorded. It doubles while steps find no events: then no journey is active.
/// </summary>
internal sealed class StepPace(TimeProvider clock)
{
    /// <summary>Events a second, from which on the rest is the longest.</summary>
    private const double Busy = 10_000;

    /// <summary>What is recorded meanwhile shares a step, and so a commit.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);

    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private long _since = clock.GetTimestamp();
    private int _events;

    /// <summary>From <see cref="Shortest"/> to <see cref="Longest"/>.</summary>
    public TimeSpan Rest { get; private set; } = Shortest;

    /// <param name="events">How many events a step found.</param>
    /// <param name="more">Whether more may be read already; then the next step counts with this one.</param>
    public void Add(int events, bool more)
    {
        _events += events;
        if (!more)
        {
            var share = _events == 0 ? 2 * Rest / Longest : _events / clock.GetElapsedTime(_since).TotalSeconds / Busy;
            Rest = Longest * Math.Clamp(share, Shortest / Longest, 1);
            (_events, _since) = (0, clock.GetTimestamp());
        }
    }
}
