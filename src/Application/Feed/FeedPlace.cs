namespace Flownally.Application.Feed;

/// <summary>
/// The place of an event in the feed, which orders the events of all tenants by transaction, then by position.
/// Both numbers count events of all tenants, so no tenant may see them: <see cref="FeedCursors"/> encrypts them.
/// </summary>
public readonly record struct FeedPlace(long TransactionId, long Position)
{
    public bool IsBefore(FeedPlace other) => (TransactionId, Position).CompareTo((other.TransactionId, other.Position)) < 0;

    /// <returns>The later place.</returns>
    public static FeedPlace Max(FeedPlace one, FeedPlace other) => one.IsBefore(other) ? other : one;
}
