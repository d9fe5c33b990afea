namespace Flownally.Application.Feed;

/// <summary>The key of the feed's cursors. All processes share it through the database.</summary>
public interface IFeedCursorKey
{
    /// <exception cref="DatabaseUnavailableException">The key is not in memory yet, and the database is unavailable.</exception>
    ValueTask<FeedCursors> OpenAsync(CancellationToken cancellationToken);
}
