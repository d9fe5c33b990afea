namespace Flownally.Application.Feed;

/// <summary>How streams of the feed behave.</summary>
public sealed class FeedOptions
{
    /// <summary>After how long without an event a stream shows that it lives: sooner than proxies give up on it.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);
}
