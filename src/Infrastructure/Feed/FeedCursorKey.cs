using Flownally.Application.Feed;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Feed;

internal sealed class FeedCursorKey(Database database) : IFeedCursorKey, IDisposable
{
    private const string Read = """
        SELECT key, plain_before
        FROM   feed_cursor_key
        """;

    private FeedCursors? _cursors;

    public ValueTask<FeedCursors> OpenAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _cursors) is { } cursors ? new(cursors) : new(ReadAsync(cancellationToken));

    public void Dispose() => _cursors?.Dispose();

    private async Task<FeedCursors> ReadAsync(CancellationToken cancellationToken)
    {
        var (key, plainBefore) = await database.FindAsync<(byte[], long)>(TenantScope.All, Read, null, cancellationToken);
        var cursors = new FeedCursors(key, plainBefore);
        if (Interlocked.CompareExchange(ref _cursors, cursors, null) is { } other)
        {
            cursors.Dispose();
            return other;
        }

        return cursors;
    }
}
