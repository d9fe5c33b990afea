using System.Data.Common;
using Flownally.Application.Feed;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Events;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Feed;

internal sealed class EventFeed(Database database) : IEventFeed
{
    /// <summary>Of a tenant's events, in one look for those of a type.</summary>
    private const int MostLookedAt = 10_000;

    /// <summary>
    /// Between which places can be read. One statement shows the events and the bounds of one state of the log: where an event
    /// that follows the cursor was dropped, so is the cursor's place, because retention writes that down before.
    /// </summary>
    private const string Bounds = $"""
        bounds AS MATERIALIZED (
            SELECT {FeedClock.Horizon} AS horizon,
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
        )
        """;

    /// <summary>
    /// The tenant stands in the upper bound once more because only events_feed_of_tenant can use that. Where nearly all events are
    /// one tenant's, events_feed would look as good, and readers of the other tenants would wade through that one's events.
    /// </summary>
    private const string Following = """
        FROM   events e
        WHERE  e.tenant_id = @tenant_id
        AND    (e.transaction_id, e.position) > (SELECT after_transaction_id, after_position FROM bounds)
        AND    (e.tenant_id, e.transaction_id) < (SELECT @tenant_id, horizon FROM bounds)
        ORDER  BY e.transaction_id, e.position
        """;

    private const string Columns = """
        e.transaction_id, e.position, e.id, e.tenant_id, e.contact_id, e.event_type_id, e.schema_version,
        e.payload, e.idempotency_key, e.occurred_at, e.created_at
        """;

    /// <summary>As <see cref="EventRow"/> reads them, and behind these the places.</summary>
    private const string Shown = """
        SELECT p.id, p.tenant_id, p.contact_id, p.event_type_id,
               (SELECT t.name FROM event_types t WHERE t.tenant_id = p.tenant_id AND t.id = p.event_type_id),
               p.schema_version, p.payload, p.idempotency_key, p.occurred_at, p.created_at,
               p.transaction_id, p.position,
               r.transaction_id, r.position,
               l.transaction_id, l.position,
               b.dropped_transaction_id, b.dropped_position,
               b.horizon
        FROM   bounds b
        LEFT   JOIN latest l ON true
        LEFT   JOIN reached r ON true
        LEFT   JOIN page p ON true
        ORDER  BY p.transaction_id, p.position
        """;

    public const string Read = $"""
        WITH {Bounds}, page AS (
            SELECT {Columns}
            {Following}
            LIMIT  @limit
        ), reached AS (
            SELECT NULL::bigint AS transaction_id, NULL::bigint AS position
        )
        {Shown}
        """;

    /// <summary>
    /// No index has the events of a type in the order of the feed, so those of all types are looked at, but not without end, however
    /// rare the type. How far that went is found out only where the page did not fill. The limits are parameters because for ones that
    /// it does not know PostgreSQL plans to stop early, and so by the index.
    /// </summary>
    public const string ReadOfType = $"""
        WITH {Bounds}, page AS (
            SELECT e.*
            FROM   (SELECT {Columns}
                    {Following}
                    LIMIT  @most) AS e
            WHERE  e.event_type_id = @type
            LIMIT  @limit
        ), reached AS (
            SELECT e.transaction_id, e.position
            FROM   (SELECT e.transaction_id, e.position
                    {Following}
                    OFFSET @most - 1 LIMIT 1) AS e
            WHERE  (SELECT count(*) FROM page) < @limit
        )
        {Shown}
        """;

    public Task<FeedView> ReadAsync(TenantId tenant, EventTypeId? type, FeedPlace? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(tenant, type is null ? Read : ReadOfType, new
        {
            type = type?.Value,
            transaction_id = after?.TransactionId,
            position = after?.Position,
            limit,
            most = MostLookedAt,
        }, ReadViewAsync, cancellationToken);

    private static async Task<FeedView> ReadViewAsync(DbDataReader rows, CancellationToken cancellationToken)
    {
        // The bounds stand beside each event, and alone where there is none.
        await rows.ReadAsync(cancellationToken);
        var dropped = PlaceAt(rows, EventRow.Width + 6)!.Value;
        var view = new FeedView([], PlaceAt(rows, EventRow.Width + 2), PlaceAt(rows, EventRow.Width + 4) ?? dropped, dropped,
            new FeedHorizon(rows.GetInt64(EventRow.Width + 8)));
        List<FeedEvent> events = [];
        do
        {
            if (PlaceAt(rows, EventRow.Width) is { } place)
            {
                events.Add(new FeedEvent(place, EventRow.Read(rows)));
            }
        }
        while (await rows.ReadAsync(cancellationToken));
        return view with { Events = events };
    }

    /// <summary>A place takes two columns.</summary>
    private static FeedPlace? PlaceAt(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : new FeedPlace(row.GetInt64(column), row.GetInt64(column + 1));
}
