using System.Data.Common;
using System.Text.Json;
using Flownally.Application.Feed;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys.Dispatch;

internal sealed class JourneyFeed(Database database, JourneyIntervals intervals) : IJourneyFeed
{
    /// <summary>Of payloads that are held at once; the last may exceed it.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>
    /// One statement, so that the events and the horizon are of one state of the log. It begins where the first interval that is not
    /// over begins, if that is later. Payloads are sent once, whatever the number of journeys, and only for filters.
    /// </summary>
    public const string Read = $"""
        WITH asked AS MATERIALIZED (
            SELECT tenant_id, event_type_id, min(from_tx) AS from_tx, bool_or(payload_filter IS NOT NULL) AS filters
            FROM   journey_activations
            WHERE  ({JourneyIntervals.Lasting})
            AND    tenant_id NOT IN (SELECT tenant_id FROM journey_backlogs)
            GROUP  BY tenant_id, event_type_id
        ), bounds AS MATERIALIZED (
            SELECT {FeedClock.Horizon} AS horizon,
                   greatest(@transaction_id, s.transaction_id) AS transaction_id,
                   CASE WHEN s.transaction_id > @transaction_id THEN 0 ELSE @position END AS position,
                   CASE WHEN s.transaction_id IS NULL THEN 0 ELSE @limit END AS most
            FROM   (SELECT min(from_tx) FROM asked) AS s (transaction_id)
        ), page AS MATERIALIZED (
            SELECT tenant_id, id, event_type_id, contact_id, transaction_id, position, payload, suppress_journeys
            FROM   events
            WHERE  (transaction_id, position) > (SELECT transaction_id, position FROM bounds)
            AND    transaction_id < (SELECT horizon FROM bounds)
            ORDER  BY transaction_id, position
            LIMIT  (SELECT most FROM bounds)
        ), seen AS (
            SELECT count(*)::integer AS n, max(ARRAY[transaction_id, position]) AS last
            FROM   page
        )
        {Shown}
        """;

    /// <summary>
    /// The same for one tenant that is behind, up to a place. The tenant stands in the upper bound once more because only
    /// events_feed_of_tenant can use that.
    /// </summary>
    public const string ReadBacklog = $"""
        WITH asked AS MATERIALIZED (
            SELECT tenant_id, event_type_id, min(from_tx) AS from_tx, bool_or(payload_filter IS NOT NULL) AS filters
            FROM   journey_activations
            WHERE  ({JourneyIntervals.Lasting})
            AND    tenant_id = @tenant_id
            GROUP  BY tenant_id, event_type_id
        ), bounds AS MATERIALIZED (
            SELECT @through_transaction_id::bigint AS horizon
        ), page AS MATERIALIZED (
            SELECT tenant_id, id, event_type_id, contact_id, transaction_id, position, payload, suppress_journeys
            FROM   events
            WHERE  tenant_id = @tenant_id
            AND    (transaction_id, position) > (@transaction_id, @position)
            AND    (tenant_id, transaction_id, position) <= (@tenant_id, @through_transaction_id, @through_position)
            AND    EXISTS (SELECT FROM asked)
            ORDER  BY transaction_id, position
            LIMIT  @limit
        ), seen AS (
            SELECT count(*)::integer AS n, max(ARRAY[transaction_id, position]) AS last
            FROM   page
        )
        {Shown}
        """;

    /// <summary>Events that suppress journeys are counted as read, and are not shown.</summary>
    private const string Shown = """
        SELECT b.horizon, s.n, s.last[1], s.last[2],
               p.transaction_id, p.position, p.tenant_id, p.event_type_id, p.id, p.contact_id,
               CASE WHEN a.filters THEN p.payload END AS payload
        FROM   bounds b
        CROSS  JOIN seen s
        LEFT   JOIN (page p
                     JOIN asked a ON a.tenant_id = p.tenant_id AND a.event_type_id = p.event_type_id AND a.from_tx < p.transaction_id
                                 AND NOT p.suppress_journeys) ON true
        ORDER  BY p.transaction_id, p.position
        """;

    /// <summary>
    /// As many events as were taken last where payloads are large, so that PostgreSQL does not send what is not taken; then more again.
    /// </summary>
    private int _limit = int.MaxValue;

    public async Task<JourneyPage> ReadAsync(FeedPlace after, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Min(limit, _limit);
        var parameters = new { transaction_id = after.TransactionId, position = after.Position, limit };
        var (read, rows) = await database.ReadAsync(TenantScope.All, Read, parameters, ReadRowsAsync, cancellationToken);
        _limit = read.WasCut ? read.N : 2 * limit;

        // Where there is no more, all before the horizon has been read.
        return await PageOfAsync(after, read, rows, limit, FeedPlace.Max(after, new FeedPlace(read.Horizon, 0)), cancellationToken);
    }

    public async Task<JourneyPage> ReadBacklogAsync(Backlog backlog, FeedPlace through, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            transaction_id = backlog.Place.TransactionId,
            position = backlog.Place.Position,
            through_transaction_id = through.TransactionId,
            through_position = through.Position,
            limit = backlog.Limit,
        };
        var (read, rows) = await database.ReadAsync(backlog.TenantId, ReadBacklog, parameters, ReadRowsAsync, cancellationToken);
        return await PageOfAsync(backlog.Place, read, rows, backlog.Limit, through, cancellationToken);
    }

    private async Task<JourneyPage> PageOfAsync(FeedPlace after, PageRow read, List<EventRow> rows, int limit, FeedPlace end,
        CancellationToken cancellationToken)
    {
        var byType = await intervals.FindAsync(after, [.. rows.Select(row => row.Type).Distinct()], cancellationToken);
        var asked = rows.Select(row => new AskedEvent(row.Place, row.Type.TenantId, row.EventId, row.ContactId,
            new Lazy<JsonElement>(() => row.Payload is null ? default : JsonElement.Parse(row.Payload)),
            byType[row.Type].Where(active => active.Interval.Contains(row.Place)).Select(active => active.Journey)));
        var more = read.WasCut || read.N == limit;
        return new JourneyPage([.. asked], more ? read.Last : end, read.N, more);
    }

    /// <summary>By hand, because there are many where much is recorded.</summary>
    private static async Task<(PageRow Page, List<EventRow> Events)> ReadRowsAsync(DbDataReader rows, CancellationToken cancellationToken)
    {
        var (page, events, bytes) = (default(PageRow), new List<EventRow>(), 0);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (bytes >= MostBytes)
            {
                return (page with { N = events.Count, Last = events[^1].Place, WasCut = true }, events);
            }

            page = PageRow.Read(rows);
            if (!rows.IsDBNull(PageRow.Width))
            {
                events.Add(EventRow.Read(rows));
                bytes += events[^1].Payload?.Length ?? 0;
            }
        }

        return (page, events);
    }

    /// <summary>The columns that are the same in every row.</summary>
    /// <param name="N">How many events were read; where that was cut, how many of them journeys ask for.</param>
    /// <param name="Last">Where the last of them stands.</param>
    /// <param name="WasCut">Whether the rest was not taken, because the payloads are large.</param>
    private readonly record struct PageRow(long Horizon, int N, FeedPlace Last, bool WasCut = false)
    {
        public const int Width = 4;

        public static PageRow Read(DbDataReader row) =>
            new(row.GetInt64(0), row.GetInt32(1), row.IsDBNull(2) ? default : new FeedPlace(row.GetInt64(2), row.GetInt64(3)));
    }

    /// <summary>
    /// The columns behind them; null where no journey asks. A class, because a list of structs would be a large object in each step.
    /// </summary>
    /// <param name="Payload">Null where no journey has a filter.</param>
    private sealed record EventRow(FeedPlace Place, AskedType Type, EventId EventId, ContactId ContactId, byte[]? Payload)
    {
        public static EventRow Read(DbDataReader row) => new(
            new FeedPlace(row.GetInt64(4), row.GetInt64(5)), new AskedType(new TenantId(row.GetGuid(6)), new EventTypeId(row.GetGuid(7))),
            new EventId(row.GetGuid(8)), ContactId.Stored(row.GetString(9)), row.IsDBNull(10) ? null : row.GetFieldValue<byte[]>(10));
    }
}
