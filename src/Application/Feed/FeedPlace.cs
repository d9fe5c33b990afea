namespace Flownally.Application.Feed;

/// <summary>
/// The place of an event in the feed, the one order of all tenants' events: by transaction, and within one by position.
/// Both count what all tenants record, so no tenant is shown them: <see cref="FeedCursors"/> writes them as text.
/// </summary>
public readonly record struct FeedPlace(long TransactionId, long Position)
{
    public bool IsBefore(FeedPlace other) => (TransactionId, Position).CompareTo((other.TransactionId, other.Position)) < 0;

    /// <summary>The later of two.</summary>
    public static FeedPlace Max(FeedPlace one, FeedPlace other) => one.IsBefore(other) ? other : one;
}
