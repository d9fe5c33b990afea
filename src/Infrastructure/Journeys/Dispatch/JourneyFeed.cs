using System.Data.Common;
using System.Text.Json;
using Dapper;
using Flownally.Application.Feed;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys.Dispatch;

internal sealed class JourneyFeed(Database database, JourneyIntervals intervals) : IJourneyFeed
{
    /// <summary>The limit of payload bytes in memory; the last payload may exceed it.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>
    /// One statement reads the events and the horizon from one snapshot. It starts at the first interval that has not ended, if that is
    /// later than the cursor. It returns a payload once for all journeys, and only if a journey has a filter. Events that suppress journeys
    /// count as read and are not returned. <c>to_tx &lt; now</c> serves the purpose described at <see
    /// cref="JourneyIntervals.FindIntervals"/>.
    /// </summary>
    public const string Read = """
        WITH asked AS MATERIALIZED (
            SELECT tenant_id, event_type_id, min(from_tx) AS from_tx, bool_or(payload_filter IS NOT NULL) AS filters
            FROM   journey_activations
            WHERE  (to_tx IS NULL OR (to_tx > @transaction_id
                                      AND to_tx < pg_snapshot_xmax(pg_current_snapshot())::text::bigint + (SELECT feed_offset())))
            AND    tenant_id NOT IN (SELECT tenant_id FROM journey_backlogs)
            GROUP  BY tenant_id, event_type_id
        ), bounds AS MATERIALIZED (
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT feed_offset()) AS horizon,
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
            SELECT count(*)::integer AS count, max(ARRAY[transaction_id, position]) AS last
            FROM   page
        )
        SELECT b.horizon, s.count, s.last[1] AS last_transaction_id, s.last[2] AS last_position,
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
    /// The same for one tenant with a backlog, up to a place. The tenant is repeated in the upper bound because only events_feed_of_tenant
    /// can use that condition.
    /// </summary>
    public const string ReadBacklog = """
        WITH asked AS MATERIALIZED (
            SELECT tenant_id, event_type_id, min(from_tx) AS from_tx, bool_or(payload_filter IS NOT NULL) AS filters
            FROM   journey_activations
            WHERE  (to_tx IS NULL OR (to_tx > @transaction_id
                                      AND to_tx < pg_snapshot_xmax(pg_current_snapshot())::text::bigint + (SELECT feed_offset())))
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
            SELECT count(*)::integer AS count, max(ARRAY[transaction_id, position]) AS last
            FROM   page
        )
        SELECT b.horizon, s.count, s.last[1] AS last_transaction_id, s.last[2] AS last_position,
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
    /// The number of events to read. After a page with large payloads it is the number of events that fitted, so that PostgreSQL does not
    /// send unused rows; then it doubles.
    /// </summary>
    private int _limit = int.MaxValue;

    public async Task<JourneyPage> ReadAsync(FeedPlace after, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Min(limit, _limit);
        var parameters = new { transaction_id = after.TransactionId, position = after.Position, limit };
        var (rows, wasCut) = await database.ReadAsync(TenantScope.All, Read, parameters, ReadRowsAsync, cancellationToken);
        _limit = wasCut ? rows.Count : 2 * limit;

        // Without more events, all events before the horizon are read.
        return await PageOfAsync(after, rows, wasCut, limit, FeedPlace.Max(after, new FeedPlace(rows[0].Horizon, 0)), cancellationToken);
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
        var (rows, wasCut) = await database.ReadAsync(backlog.TenantId, ReadBacklog, parameters, ReadRowsAsync, cancellationToken);
        return await PageOfAsync(backlog.Place, rows, wasCut, backlog.Limit, through, cancellationToken);
    }

    private async Task<JourneyPage> PageOfAsync(FeedPlace after, IReadOnlyList<ReadRow> rows, bool wasCut, int limit, FeedPlace end,
        CancellationToken cancellationToken)
    {
        var events = rows.Where(row => row.TransactionId is not null).ToList();
        var byType = await intervals.FindAsync(after, [.. events.Select(row => row.Type).Distinct()], cancellationToken);
        var asked = events.Select(row => new CandidateEvent(row.Place, row.TenantId, row.Id, row.ContactId,
            new Lazy<JsonElement>(() => row.Payload is { } payload ? JsonElement.Parse(payload.Utf8.Span) : default),
            byType[row.Type].Where(active => active.Interval.Contains(row.Place)).Select(active => active.Journey)));
        if (wasCut)
        {
            return new JourneyPage([.. asked], events[^1].Place, events.Count, More: true);
        }

        var (count, last) = (rows[0].Count, new FeedPlace(rows[0].LastTransactionId, rows[0].LastPosition));
        return new JourneyPage([.. asked], count == limit ? last : end, count, More: count == limit);
    }

    /// <summary>Stops reading when the payloads exceed the limit of bytes.</summary>
    private static async Task<(IReadOnlyList<ReadRow> Rows, bool WasCut)> ReadRowsAsync(
        DbDataReader reader, CancellationToken cancellationToken)
    {
        var (rows, bytes, read) = (new List<ReadRow>(), 0, reader.GetRowParser<ReadRow>());
        while (await reader.ReadAsync(cancellationToken))
        {
            if (bytes >= MaxBytes)
            {
                return (rows, WasCut: true);
            }

            rows.Add(read(reader));
            bytes += rows[^1].Payload?.Utf8.Length ?? 0;
        }

        return (rows, WasCut: false);
    }

    /// <summary>An event that journeys react to, or none, and the values that all rows share.</summary>
    private sealed class ReadRow
    {
        public long Horizon { get; init; }

        /// <summary>The number of events read, also without a journey.</summary>
        public int Count { get; init; }

        public long LastTransactionId { get; init; }

        public long LastPosition { get; init; }

        /// <summary>Null if there is no event.</summary>
        public long? TransactionId { get; init; }

        public long Position { get; init; }

        public TenantId TenantId { get; init; }

        public EventTypeId EventTypeId { get; init; }

        public EventId Id { get; init; }

        public ContactId ContactId { get; init; }

        /// <summary>Null if no journey has a filter.</summary>
        public RawJson? Payload { get; init; }

        public FeedPlace Place => new(TransactionId!.Value, Position);

        public AskedType Type => new(TenantId, EventTypeId);
    }
}
