namespace Flownally.Application.Feed;

/// <summary>The key of the feed's cursors, which all processes of a database share.</summary>
public interface IFeedCursorKey
{
    /// <exception cref="DatabaseUnavailableException">The key was not read yet, and the database is away.</exception>
    ValueTask<FeedCursors> OpenAsync(CancellationToken cancellationToken);
}
