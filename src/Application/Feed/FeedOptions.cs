namespace Flownally.Application.Feed;

/// <summary>Settings of the feed's streams.</summary>
public sealed class FeedOptions
{
    /// <summary>The interval of heartbeats without an event. It must be shorter than the timeout of proxies.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);
}
