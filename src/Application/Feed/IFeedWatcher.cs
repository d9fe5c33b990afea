using Flownally.Domain.Tenants;

namespace Flownally.Application.Feed;

/// <summary>Signals new events to readers of the feed, so that they need not poll.</summary>
public interface IFeedWatcher
{
    /// <summary>
    /// The number of recordings by any tenant in any process that this process knows of. Read it before the feed: while it stays the
    /// same, another read returns nothing new.
    /// </summary>
    long Recordings { get; }

    /// <summary>Waits for new events of a tenant. Call it before the feed is read, so that no event is missed.</summary>
    /// <returns>True when more events are readable, false when the process is stopping.</returns>
    Task<bool> NextAsync(TenantId tenant);

    /// <summary>Waits for new events of any tenant.</summary>
    Task<bool> NextAsync();
}

internal static class FeedWaiting
{
    /// <returns>The result of the task, or null after the timeout.</returns>
    public static async Task<bool?> WithinAsync(this Task<bool> nextEvents, TimeSpan timeout, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var wait = timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero;
        await ((Task)nextEvents).WaitAsync(wait, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return nextEvents.IsCompleted ? await nextEvents : null;
    }
}
