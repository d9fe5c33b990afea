namespace Flownally.Infrastructure.Feed;

/// <summary>
/// The places of the feed as SQL: ids of transactions, counted on where a server counts them anew. A statement that uses the clock is
/// refused where the clock was moved since its session verified it. Decision 25.
/// </summary>
internal static class FeedClock
{
    /// <summary>
    /// Under which the transaction records that asks. The clock is held until the transaction ends, for the feed's horizon must not jump
    /// past what is still to be committed.
    /// </summary>
    public const string ThisTransaction = "pg_current_xact_id()::text::bigint + (SELECT hold_feed_offset())";

    /// <summary>Whatever can be seen was written before it.</summary>
    public const string Now = $"pg_snapshot_xmax(pg_current_snapshot())::text::bigint + {Offset}";

    /// <summary>What was recorded before it can be read: every older transaction has ended, so nothing slots in any more.</summary>
    public const string Horizon = $"pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {Offset}";

    /// <summary>The SQLSTATE of a refusal: the sessions are to be opened anew.</summary>
    public const string Moved = "FL001";

    private const string Offset = "(SELECT feed_offset())";
}
