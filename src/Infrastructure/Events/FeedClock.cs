namespace Flownally.Infrastructure.Events;

/// <summary>The moments of the feed as SQL: ids of transactions, counted on across a dump and its restoration into another server.</summary>
internal static class FeedClock
{
    /// <summary>Under which the transaction records that asks.</summary>
    public const string ThisTransaction = $"pg_current_xact_id()::text::bigint + {Offset}";

    /// <summary>Whatever can be seen was written before it.</summary>
    public const string Now = $"pg_snapshot_xmax(pg_current_snapshot())::text::bigint + {Offset}";

    /// <summary>What was recorded before it can be read: every older transaction has ended, so nothing slots in any more.</summary>
    public const string Horizon = $"pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {Offset}";

    private const string Offset = "(SELECT transaction_offset FROM feed_clock)";
}
