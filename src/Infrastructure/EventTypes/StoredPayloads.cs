using System.Data;
using System.Text.Json;
using Flownally.Application.EventTypes;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Database;

namespace Flownally.Infrastructure.EventTypes;

internal sealed class StoredPayloads(Database.Database database) : IStoredPayloads
{
    private const int PageSize = 1_000;

    /// <summary>The horizon of the feed, as design and decision have it: transaction ids count on from those of an older server.</summary>
    private const string Horizon = """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + transaction_offset
        FROM   feed_clock
        """;

    /// <summary>All events of the type: served by <c>events_by_type</c>.</summary>
    private const string All = """
        SELECT id, transaction_id, position, payload
        FROM   events
        WHERE  tenant_id = @tenant_id AND event_type_id = @type
        AND    id > @after_id AND transaction_id < @until
        ORDER  BY id
        LIMIT  @limit
        """;

    /// <summary>What came since: served by <c>events_feed</c>, however many events of the type there are.</summary>
    private const string Since = """
        SELECT id, transaction_id, position, payload
        FROM   events
        WHERE  (transaction_id, position) > (@after_transaction, @after_position) AND transaction_id < @until
        AND    tenant_id = @tenant_id AND event_type_id = @type
        ORDER  BY transaction_id, position
        LIMIT  @limit
        """;

    public async Task<FeedHorizon> ScanAsync(TenantId tenant, EventTypeId type, FeedHorizon since, Action<StoredPayload> visit,
        CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(tenant, IsolationLevel.Snapshot, cancellationToken);
        var until = await transaction.FindAsync<long>(Horizon, null, cancellationToken);
        await foreach (var page in PagesAsync(transaction, type, since, until, PageSize, cancellationToken))
        {
            Visit(page, visit);
        }

        return new FeedHorizon(until);
    }

    /// <summary>Visits all that was recorded since a horizon, or nothing where that is more than a limit.</summary>
    public static async Task<bool> VisitUnlessMoreAsync(DatabaseTransaction transaction, EventTypeId type, FeedHorizon since, int limit,
        Action<StoredPayload> visit, CancellationToken cancellationToken)
    {
        var first = true;
        var pageSize = limit < int.MaxValue ? limit + 1 : PageSize;
        await foreach (var page in PagesAsync(transaction, type, since, long.MaxValue, pageSize, cancellationToken))
        {
            if (first && page.Count > limit)
            {
                return false;
            }

            first = false;
            Visit(page, visit);
        }

        return true;
    }

    private static async IAsyncEnumerable<IReadOnlyList<Row>> PagesAsync(DatabaseTransaction transaction, EventTypeId type, FeedHorizon since,
        long until, int limit, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = new Row { TransactionId = since.TransactionId, Position = -1 };
        IReadOnlyList<Row> page;
        do
        {
            page = await transaction.QueryAsync<Row>(since == FeedHorizon.Beginning ? All : Since, new
            {
                type = type.Value,
                after_id = last.Id.Value,
                after_transaction = last.TransactionId,
                after_position = last.Position,
                until,
                limit,
            }, cancellationToken);
            if (page.Count > 0)
            {
                yield return page;
                last = page[^1];
            }
        }
        while (page.Count == limit);
    }

    private static void Visit(IReadOnlyList<Row> page, Action<StoredPayload> visit)
    {
        foreach (var row in page)
        {
            visit(new StoredPayload(row.Id, JsonElement.Parse(row.Payload.Utf8.Span)));
        }
    }

    private sealed class Row
    {
        public EventId Id { get; init; }

        public long TransactionId { get; init; }

        public long Position { get; init; }

        public RawJson Payload { get; init; }
    }
}
