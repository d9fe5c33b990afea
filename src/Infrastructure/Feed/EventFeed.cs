using Flownally.Application.Events;
using Flownally.Application.Feed;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Feed;

internal sealed class EventFeed(Database database) : IEventFeed
{
    /// <summary>Of a tenant's events, in one look for those of a type.</summary>
    private const int MostLookedAt = 10_000;

    /// <summary>
    /// One statement shows the events and the bounds, between which places can be read, of one state of the log: where an event that
    /// follows the cursor was dropped, so is the cursor's place, because retention writes that down before. The tenant
    /// stands in the upper bound once more because only events_feed_of_tenant can use that. Where nearly all events are one tenant's,
    /// events_feed would look as good, and readers of the other tenants would wade through that one's events.
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
    /// No index has the events of a type in the order of the feed, so those of all types are looked at, but not without end, however
    /// rare the type. How far that went is found out only where the page did not fill. The limits are parameters because for ones that
    /// it does not know PostgreSQL plans to stop early, and so by the index.
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

    public async Task<FeedView> ReadAsync(TenantId tenant, EventTypeId? type, FeedPlace? after, int limit,
        CancellationToken cancellationToken)
    {
        var parameters = new
        {
            type = type?.Value,
            transaction_id = after?.TransactionId,
            position = after?.Position,
            limit,
            most = MostLookedAt,
        };
        var sql = type is null ? Read : ReadOfType;
        var rows = await database.QueryAsync<ViewRow, EventResponse>(tenant, sql, parameters, second: "id", cancellationToken);
        var events = rows.Where(row => row.Second is not null).Select(row => new FeedEvent(row.First.Place, row.Second!));
        return rows[0].First.ToView([.. events]);
    }

    /// <summary>The bounds, which stand beside each event, and alone where there is none.</summary>
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

        /// <summary>Where the event stands.</summary>
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
