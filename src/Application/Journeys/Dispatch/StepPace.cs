namespace Flownally.Application.Journeys.Dispatch;

/// <summary>
/// The pause of the dispatcher after it has read all events. Each step slows recording down by the same amount, however many events it
/// finds, so the pause is proportional to the rate of recording. It doubles while steps find no events: then no journey is active.
/// </summary>
internal sealed class StepPace(TimeProvider clock)
{
    /// <summary>The rate from which on the pause is the longest.</summary>
    private const double BusyEventsPerSecond = 10_000;

    /// <summary>Events recorded in the meantime share a step, and so a commit.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);

    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private long _since = clock.GetTimestamp();
    private int _events;

    /// <summary>The pause, from <see cref="Shortest"/> to <see cref="Longest"/>.</summary>
    public TimeSpan Pause { get; private set; } = Shortest;

    /// <param name="events">The number of events in a step.</param>
    /// <param name="more">Whether more events may be readable. Then the next step counts together with this one.</param>
    public void Add(int events, bool more)
    {
        _events += events;
        if (!more)
        {
            var share = _events == 0 ? 2 * Pause / Longest : _events / clock.GetElapsedTime(_since).TotalSeconds / BusyEventsPerSecond;
            Pause = Longest * Math.Clamp(share, Shortest / Longest, 1);
            (_events, _since) = (0, clock.GetTimestamp());
        }
    }
}
