using Flownally.Domain.Tenants;

namespace Flownally.Application.Feed;

/// <summary>Tells readers of the feed when to read again, so that none has to ask over and over.</summary>
public interface IFeedWatcher
{
    /// <summary>
    /// How often something was recorded, by whichever tenant and in whichever process, as far as is known here. To be taken before
    /// reading: while it stays the same, reading again would show nothing new.
    /// </summary>
    long Recordings { get; }

    /// <summary>To be taken before reading, so that nothing slips in between.</summary>
    /// <returns>Completes with true when more of the tenant's events can be read, with false when this process is about to end.</returns>
    Task<bool> NextAsync(TenantId tenant);

    /// <summary>As the other, for the feed of all tenants.</summary>
    Task<bool> NextAsync();
}

internal static class FeedWaiting
{
    /// <returns>Null where the time is over first.</returns>
    public static async Task<bool?> WithinAsync(this Task<bool> news, TimeSpan time, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var patience = time > TimeSpan.Zero ? time : TimeSpan.Zero;
        await ((Task)news).WaitAsync(patience, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return news.IsCompleted ? await news : null;
    }
}
