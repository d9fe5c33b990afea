namespace Flownally.Infrastructure.Feed;

/// <summary>
/// A place in the feed is a transaction id plus an offset, which continues the numbers when a new server starts its ids anew. In SQL,
/// <c>pg_current_xact_id() + hold_feed_offset()</c> is the place of the current transaction. It holds the clock until the transaction ends,
/// because the horizon must not pass uncommitted events. <c>pg_snapshot_xmax(…) + feed_offset()</c> is now: all visible events are before
/// it. <c>pg_snapshot_xmin(…) + feed_offset()</c> is the horizon: all older transactions have ended, so no event can appear before it any
/// more. PostgreSQL refuses a statement that uses the clock if the clock moved after its session verified it. Decision 25.
/// </summary>
internal static class FeedClock
{
    /// <summary>The SQLSTATE of this refusal. The sessions must be reopened.</summary>
    public const string Moved = "FL001";
}
