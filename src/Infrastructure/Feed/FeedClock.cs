namespace Flownally.Infrastructure.Feed;

/// <summary>
/// The places of the feed are ids of transactions, counted on where a server counts them anew. In SQL,
/// <c>pg_current_xact_id() + hold_feed_offset()</c> is where the transaction records that asks: the clock is held until the transaction
/// ends, because the feed's horizon must not jump past what is still to be committed.
/// <c>pg_snapshot_xmax(…) + feed_offset()</c> is now: whatever can be seen was written before it.
/// <c>pg_snapshot_xmin(…) + feed_offset()</c> is the horizon: every older transaction has ended, so what was recorded before it can be
/// read, and nothing slots in any more. A statement that uses the clock is refused where the clock was moved since its session verified
/// it. Decision 25.
/// </summary>
internal static class FeedClock
{
    /// <summary>The SQLSTATE of a refusal: the sessions are to be opened anew.</summary>
    public const string Moved = "FL001";
}
