using System.Diagnostics.Metrics;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>
/// The gauge of how long the journeys have been behind the end of the feed: since events were there that are not read yet, of any tenant.
/// It grows through failures, and is 0 where another process leads.
/// </summary>
public sealed class JourneyLag
{
    private readonly TimeProvider _clock;
    private long _since; // a timestamp; 0 while nothing waits

    public JourneyLag(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        meters.Create("Flownally").CreateObservableGauge("flownally.journeys.lag", () => Lag.TotalSeconds, "s",
            "How long the journeys have been behind the end of the feed; 0 where they are not, or another process leads.");
    }

    private TimeSpan Lag => Interlocked.Read(ref _since) is not 0 and var since ? _clock.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Events may be there that are not read yet. Changes nothing where some were already.</summary>
    public void Begin() => Interlocked.CompareExchange(ref _since, _clock.GetTimestamp(), 0);

    /// <summary>All events have been read, or another process reads them.</summary>
    public void End() => Interlocked.Exchange(ref _since, 0);
}
