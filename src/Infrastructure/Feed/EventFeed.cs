using Flownally.Application.Events;
using Flownally.Application.Feed;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Feed;

internal sealed class EventFeed(Database database) : IEventFeed
{
    /// <summary>Events of a tenant that one read for a type examines.</summary>
    private const int MaxExamined = 10_000;

    /// <summary>
    /// One statement reads the events and the bounds of the readable places, so both are from one snapshot. If retention has dropped an
    /// event after the cursor, the cursor is before the dropped place, because retention writes that place before it drops events. The
    /// tenant is repeated in the upper bound because only events_feed_of_tenant can use that condition. If one tenant has nearly all
    /// events, the planner would otherwise prefer events_feed, and reads of other tenants would skip through all its events.
    /// </summary>
    public const string Read = """
        WITH bounds AS MATERIALIZED (
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT feed_offset()) AS horizon,
                   r.transaction_id AS dropped_transaction_id,
                   r.position AS dropped_position,
                   coalesce(@transaction_id, r.transaction_id) AS after_transaction_id,
                   coalesce(@position, r.position) AS after_position
            FROM   retention r
        ), latest AS (
            SELECT transaction_id, position
            FROM   events
            WHERE  transaction_id < (SELECT horizon FROM bounds)
            ORDER  BY transaction_id DESC, position DESC
            LIMIT  1
        ), page AS (
            SELECT e.transaction_id, e.position, e.id, e.tenant_id, e.contact_id, e.event_type_id, e.schema_version,
                   e.payload, e.idempotency_key, e.occurred_at, e.created_at
            FROM   events e
            WHERE  e.tenant_id = @tenant_id
            AND    (e.transaction_id, e.position) > (SELECT after_transaction_id, after_position FROM bounds)
            AND    (e.tenant_id, e.transaction_id) < (SELECT @tenant_id, horizon FROM bounds)
            ORDER  BY e.transaction_id, e.position
            LIMIT  @limit
        )
        SELECT b.horizon, b.dropped_transaction_id, b.dropped_position,
               l.transaction_id AS latest_transaction_id, l.position AS latest_position,
               p.transaction_id, p.position,
               p.id, p.tenant_id, p.contact_id, p.event_type_id,
               (SELECT t.name FROM event_types t WHERE t.tenant_id = p.tenant_id AND t.id = p.event_type_id) AS event_type_name,
               p.schema_version, p.payload, p.idempotency_key, p.occurred_at, p.created_at
        FROM   bounds b
        LEFT   JOIN latest l ON true
        LEFT   JOIN page p ON true
        ORDER  BY p.transaction_id, p.position
        """;

    /// <summary>
    /// No index has the events of one type in feed order, so the statement examines events of all types, up to a limit. It computes how far
    /// it came only if the page is not full. The limits are parameters: for unknown limits PostgreSQL plans to stop early, which uses the
    /// index.
    /// </summary>
    public const string ReadOfType = """
        WITH bounds AS MATERIALIZED (
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT feed_offset()) AS horizon,
                   r.transaction_id AS dropped_transaction_id,
                   r.position AS dropped_position,
                   coalesce(@transaction_id, r.transaction_id) AS after_transaction_id,
                   coalesce(@position, r.position) AS after_position
            FROM   retention r
        ), latest AS (
            SELECT transaction_id, position
            FROM   events
            WHERE  transaction_id < (SELECT horizon FROM bounds)
            ORDER  BY transaction_id DESC, position DESC
            LIMIT  1
        ), page AS (
            SELECT e.*
            FROM   (SELECT e.transaction_id, e.position, e.id, e.tenant_id, e.contact_id, e.event_type_id, e.schema_version,
                           e.payload, e.idempotency_key, e.occurred_at, e.created_at
                    FROM   events e
                    WHERE  e.tenant_id = @tenant_id
                    AND    (e.transaction_id, e.position) > (SELECT after_transaction_id, after_position FROM bounds)
                    AND    (e.tenant_id, e.transaction_id) < (SELECT @tenant_id, horizon FROM bounds)
                    ORDER  BY e.transaction_id, e.position
                    LIMIT  @most) AS e
            WHERE  e.event_type_id = @type
            LIMIT  @limit
        ), reached AS (
            SELECT e.transaction_id, e.position
            FROM   (SELECT e.transaction_id, e.position
                    FROM   events e
                    WHERE  e.tenant_id = @tenant_id
                    AND    (e.transaction_id, e.position) > (SELECT after_transaction_id, after_position FROM bounds)
                    AND    (e.tenant_id, e.transaction_id) < (SELECT @tenant_id, horizon FROM bounds)
                    ORDER  BY e.transaction_id, e.position
                    OFFSET @most - 1 LIMIT 1) AS e
            WHERE  (SELECT count(*) FROM page) < @limit
        )
        SELECT b.horizon, b.dropped_transaction_id, b.dropped_position,
               l.transaction_id AS latest_transaction_id, l.position AS latest_position,
               r.transaction_id AS reached_transaction_id, r.position AS reached_position,
               p.transaction_id, p.position,
               p.id, p.tenant_id, p.contact_id, p.event_type_id,
               (SELECT t.name FROM event_types t WHERE t.tenant_id = p.tenant_id AND t.id = p.event_type_id) AS event_type_name,
               p.schema_version, p.payload, p.idempotency_key, p.occurred_at, p.created_at
        FROM   bounds b
        LEFT   JOIN latest l ON true
        LEFT   JOIN reached r ON true
        LEFT   JOIN page p ON true
        ORDER  BY p.transaction_id, p.position
        """;

    /// <summary>
    /// An event waits for its statement for less than a minute. So of the events from a time on, the first one in the feed was created at
    /// most two minutes after the first one by id; only these are compared. Before the horizon no event is missing.
    /// </summary>
    private const string FindPlaceBefore = """
        WITH bounds AS MATERIALIZED (
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT feed_offset()) AS horizon,
                   ARRAY[r.transaction_id, r.position] AS dropped
            FROM   retention r
        ), first AS MATERIALIZED (
            SELECT id, created_at
            FROM   events
            WHERE  tenant_id = @tenant_id AND created_at >= @created_from
            AND    id >= uuid_at(date_trunc('milliseconds', greatest(@created_from::timestamptz - interval '1 minute', 'epoch')))
            ORDER  BY id
            LIMIT  1
        ), found AS (
            SELECT min(ARRAY[transaction_id, position]) AS place
            FROM   events
            WHERE  tenant_id = @tenant_id AND id >= (SELECT id FROM first)
            AND    id < (SELECT uuid_at(created_at + interval '2 minutes') FROM first)
            AND    created_at >= @created_from AND transaction_id < (SELECT horizon FROM bounds)
        ), latest AS (
            SELECT ARRAY[transaction_id, position] AS place
            FROM   events
            WHERE  transaction_id < (SELECT horizon FROM bounds)
            ORDER  BY transaction_id DESC, position DESC
            LIMIT  1
        )
        SELECT coalesce(f.place[1], l.place[1], b.dropped[1]) AS transaction_id,
               coalesce(f.place[2] - 1, l.place[2], b.dropped[2]) AS position
        FROM   bounds b
        CROSS  JOIN found f
        LEFT   JOIN latest l ON true
        """;

    public async Task<FeedPlace> PlaceBeforeAsync(TenantId tenant, DateTimeOffset createdFrom, CancellationToken cancellationToken)
    {
        var (transaction, position) = await database.FindAsync<(long, long)>(
            tenant, FindPlaceBefore, new { created_from = createdFrom }, cancellationToken);
        return new FeedPlace(transaction, position);
    }

    public async Task<FeedView> ReadAsync(TenantId tenant, EventTypeId? type, FeedPlace? after, int limit,
        CancellationToken cancellationToken)
    {
        var parameters = new
        {
            type = type?.Value,
            transaction_id = after?.TransactionId,
            position = after?.Position,
            limit,
            most = MaxExamined,
        };
        var sql = type is null ? Read : ReadOfType;
        var rows = await database.QueryAsync<ViewRow, EventResponse>(tenant, sql, parameters, second: "id", cancellationToken);
        var events = rows.Where(row => row.Second is not null).Select(row => new FeedEvent(row.First.Place, row.Second!));
        return rows[0].First.ToView([.. events]);
    }

    /// <summary>The bounds and one event; the event is null if there is none.</summary>
    private sealed class ViewRow
    {
        public long Horizon { get; init; }

        public long DroppedTransactionId { get; init; }

        public long DroppedPosition { get; init; }

        public long? LatestTransactionId { get; init; }

        public long LatestPosition { get; init; }

        public long? ReachedTransactionId { get; init; }

        public long ReachedPosition { get; init; }

        public long TransactionId { get; init; }

        public long Position { get; init; }

        public FeedPlace Place => new(TransactionId, Position);

        public FeedView ToView(IReadOnlyList<FeedEvent> events)
        {
            var dropped = new FeedPlace(DroppedTransactionId, DroppedPosition);
            var latest = LatestTransactionId is { } last ? new FeedPlace(last, LatestPosition) : dropped;
            FeedPlace? reached = ReachedTransactionId is { } end ? new FeedPlace(end, ReachedPosition) : null;
            return new FeedView(events, reached, latest, dropped, new FeedHorizon(Horizon));
        }
    }
}
