using System.Diagnostics.Metrics;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>
/// Measures how long the journeys have been behind the end of the feed: the time since there were unread events of any tenant.
/// It keeps growing during failures, and is 0 in a process that is not the leader.
/// </summary>
public sealed class JourneyLag
{
    private readonly TimeProvider _clock;
    private long _since; // a timestamp; 0 if all events are read

    public JourneyLag(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        meters.Create("Flownally").CreateObservableGauge("flownally.journeys.lag", () => Lag.TotalSeconds, "s",
            "How long the journeys have been behind the end of the feed; 0 if they are not, or if another process is the leader.");
    }

    private TimeSpan Lag => Interlocked.Read(ref _since) is not 0 and var since ? _clock.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Call it when there may be unread events. Repeated calls have no effect.</summary>
    public void Begin() => Interlocked.CompareExchange(ref _since, _clock.GetTimestamp(), 0);

    /// <summary>Call it when all events are read, or when another process becomes the leader.</summary>
    public void End() => Interlocked.Exchange(ref _since, 0);
}
