using System.Data.Common;
using System.Text.Json;
using Flownally.Application;
using Flownally.Application.Events;
using Flownally.Application.Journeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Database;
using Flownally.Infrastructure.Events;
using Microsoft.Extensions.Caching.Memory;

namespace Flownally.Infrastructure.Journeys;

internal sealed class JourneyDispatch(Database.Database database) : IJourneyDispatch, IDisposable
{
    private const int MostActivations = 10_000;

    private const string Load = "SELECT transaction_id, position, last_entry_id FROM journey_cursor";

    /// <summary>
    /// One statement, so that the events and the horizon are of one state of the log. It begins where the first interval that is not
    /// over begins, if that is later. Every interval that began before an event has been committed by the time the horizon is past
    /// the event; one that ended since is as long as it need be. Payloads are read only for filters. That intervals ended before now
    /// goes without saying, but has PostgreSQL expect few of them, and so use their index.
    /// </summary>
    public const string Read = $"""
        WITH lasting AS MATERIALIZED (
            SELECT tenant_id, event_type_id, journey_id, from_tx, to_tx, payload_filter IS NOT NULL AS filters
            FROM   journey_activations
            WHERE  to_tx IS NULL OR (to_tx > @transaction_id AND to_tx < {FeedClock.Now})
        ), bounds AS MATERIALIZED (
            SELECT {FeedClock.Horizon} AS horizon,
                   greatest(@transaction_id, s.transaction_id) AS transaction_id,
                   CASE WHEN s.transaction_id > @transaction_id THEN 0 ELSE @position END AS position,
                   CASE WHEN s.transaction_id IS NULL THEN 0 ELSE @limit END AS most
            FROM   (SELECT min(from_tx) FROM lasting) AS s (transaction_id)
        ), page AS MATERIALIZED (
            SELECT tenant_id, id, event_type_id, contact_id, transaction_id, position, payload
            FROM   events
            WHERE  (transaction_id, position) > (SELECT transaction_id, position FROM bounds)
            AND    transaction_id < (SELECT horizon FROM bounds)
            ORDER  BY transaction_id, position
            LIMIT  (SELECT most FROM bounds)
        ), seen AS (
            SELECT count(*)::integer AS n, max(ARRAY[transaction_id, position]) AS last
            FROM   page
        )
        SELECT b.horizon, s.n, s.last[1], s.last[2],
               p.tenant_id, a.journey_id, a.from_tx, p.id, p.contact_id,
               CASE WHEN a.filters THEN p.payload END AS payload
        FROM   bounds b
        CROSS  JOIN seen s
        LEFT   JOIN (page p
                     JOIN lasting a ON a.tenant_id = p.tenant_id AND a.event_type_id = p.event_type_id
                                   AND a.from_tx < p.transaction_id
                                   AND (a.to_tx IS NULL OR a.to_tx > p.transaction_id)) ON true
        ORDER  BY p.transaction_id, p.position, a.journey_id
        """;

    private const string FindActivations = """
        SELECT tenant_id, journey_id, from_tx, event_type_id, payload_filter, entry_mode
        FROM   unnest(@tenants, @journeys, @beginnings) AS i (tenant_id, journey_id, from_tx)
        JOIN   journey_activations USING (tenant_id, journey_id, from_tx)
        """;

    /// <summary>Whoever finds the cursor elsewhere than it was left writes nothing.</summary>
    private const string Enter = """
        WITH moved AS (
            UPDATE journey_cursor
            SET    transaction_id = @to_transaction_id, position = @to_position, last_entry_id = @last
            WHERE  transaction_id = @from_transaction_id AND position = @from_position
            RETURNING true
        ), entered AS (
            INSERT INTO journey_entries (tenant_id, id, journey_id, event_id, entered_at, next_attempt_at, once, contact_id, delivery_state)
            SELECT i.tenant_id, i.id, i.journey_id, i.event_id, i.entered_at,
                   CASE WHEN j.target_url IS NOT NULL AND j.deleted_at IS NULL THEN i.entered_at END,
                   i.once, i.contact_id,
                   CASE WHEN j.target_url IS NOT NULL AND j.deleted_at IS NULL THEN 'pending' ELSE 'none' END
            FROM   unnest(@tenants, @ids, @journeys, @events, @times, @once, @contacts)
                   AS i (tenant_id, id, journey_id, event_id, entered_at, once, contact_id)
            JOIN   journeys j ON j.tenant_id = i.tenant_id AND j.id = i.journey_id
            WHERE  EXISTS (SELECT FROM moved)
            ORDER  BY i.id
            ON CONFLICT DO NOTHING
            RETURNING tenant_id, journey_id, id, contact_id, delivery_state
        )
        SELECT (SELECT count(*) FROM moved) = 1 AS moved, e.tenant_id, e.journey_id, e.id, e.contact_id
        FROM   (SELECT) AS always
        LEFT   JOIN entered e ON e.delivery_state = 'pending'
        ORDER  BY e.id
        """;

    /// <summary>What an interval's journey reacts to never changes.</summary>
    private readonly MemoryCache _activations = new(new MemoryCacheOptions { SizeLimit = MostActivations });

    public async Task<DispatchCursor> LoadAsync(CancellationToken cancellationToken)
    {
        var (transactionId, position, last) = await database.FindAsync<(long, long, Guid)>(TenantScope.All, Load, null, cancellationToken);
        return new DispatchCursor(new FeedPlace(transactionId, position), new JourneyEntryId(last));
    }

    public async Task<DispatchPage> ReadAsync(FeedPlace after, int limit, CancellationToken cancellationToken)
    {
        var parameters = new { transaction_id = after.TransactionId, position = after.Position, limit };
        var (read, rows) = await database.ReadAsync(TenantScope.All, Read, parameters, ReadRowsAsync, cancellationToken);
        var activations = await FindActivationsAsync(rows.Select(row => row.Interval).Distinct(), cancellationToken);
        var reactions = new List<Reaction>(rows.Count);
        JsonElement payload = default;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (i == 0 || row.EventId != rows[i - 1].EventId)
            {
                payload = default;
            }

            if (row.Payload is not null && payload.ValueKind == JsonValueKind.Undefined)
            {
                payload = JsonElement.Parse(row.Payload);
            }

            reactions.Add(new Reaction(row.Interval.TenantId, row.Interval.JourneyId, row.EventId, row.ContactId, payload, activations[row.Interval]));
        }

        // Short of a full page, all before the horizon has been read.
        return read.N == limit
            ? new DispatchPage(reactions, read.Last, read.N)
            : new DispatchPage(reactions, FeedPlace.Max(after, new FeedPlace(read.Horizon, 0)), read.N);
    }

    public async Task<IReadOnlyList<DueEntry>> EnterAsync(DispatchCursor from, DispatchCursor to, IReadOnlyList<NewEntry> entries,
        CancellationToken cancellationToken)
    {
        var parameters = new
        {
            from_transaction_id = from.Place.TransactionId,
            from_position = from.Place.Position,
            to_transaction_id = to.Place.TransactionId,
            to_position = to.Place.Position,
            last = to.LastEntry.Value,
            tenants = entries.Select(entry => entry.TenantId.Value).ToArray(),
            ids = entries.Select(entry => entry.Id.Value).ToArray(),
            journeys = entries.Select(entry => entry.JourneyId.Value).ToArray(),
            events = entries.Select(entry => entry.EventId.Value).ToArray(),
            times = entries.Select(entry => IdGenerator.TimeOf(entry.Id.Value)).ToArray(),
            once = entries.Select(entry => entry.Once).ToArray(),
            contacts = entries.Select(entry => entry.ContactId.Value).ToArray(),
        };
        var rows = await database.QueryAsync<EnteredRow>(TenantScope.All, Enter, parameters, cancellationToken);
        return rows[0].Moved
            ? [.. rows.Where(row => row.Id is not null).Select(row => new DueEntry(row.TenantId, row.JourneyId, row.Id!.Value, row.ContactId, Attempts: 0))]
            : throw new DatabaseUnavailableException("Another process reads the feed for journeys.");
    }

    public void Dispose() => _activations.Dispose();

    /// <summary>At once, however many journeys have become active.</summary>
    private async Task<Dictionary<Interval, JourneyActivation>> FindActivationsAsync(IEnumerable<Interval> intervals, CancellationToken cancellationToken)
    {
        var (found, missing) = (new Dictionary<Interval, JourneyActivation>(), new List<Interval>());
        foreach (var interval in intervals)
        {
            if (_activations.TryGetValue(interval, out JourneyActivation? cached))
            {
                found.Add(interval, cached!);
            }
            else
            {
                missing.Add(interval);
            }
        }

        if (missing.Count > 0)
        {
            var parameters = new
            {
                tenants = missing.Select(interval => interval.TenantId.Value).ToArray(),
                journeys = missing.Select(interval => interval.JourneyId.Value).ToArray(),
                beginnings = missing.Select(interval => interval.FromTx).ToArray(),
            };
            foreach (var row in await database.QueryAsync<ActivationRow>(TenantScope.All, FindActivations, parameters, cancellationToken))
            {
                found.Add(row.Interval, _activations.Set(row.Interval, row.ToActivation(), new MemoryCacheEntryOptions { Size = 1 }));
            }
        }

        return found;
    }

    /// <summary>By hand, because there are many where much is recorded.</summary>
    private static async Task<(PageRow Page, List<ReactionRow> Reactions)> ReadRowsAsync(DbDataReader rows, CancellationToken cancellationToken)
    {
        var (page, reactions) = (default(PageRow), new List<ReactionRow>());
        while (await rows.ReadAsync(cancellationToken))
        {
            page = PageRow.Read(rows);
            if (!rows.IsDBNull(PageRow.Width))
            {
                reactions.Add(ReactionRow.Read(rows));
            }
        }

        return (page, reactions);
    }

    /// <summary>The columns that are the same in every row.</summary>
    /// <param name="N">How many events were read.</param>
    /// <param name="Last">Where the last of them stands.</param>
    private readonly record struct PageRow(long Horizon, int N, FeedPlace Last)
    {
        public const int Width = 4;

        public static PageRow Read(DbDataReader row) =>
            new(row.GetInt64(0), row.GetInt32(1), row.IsDBNull(2) ? default : new FeedPlace(row.GetInt64(2), row.GetInt64(3)));
    }

    /// <summary>The columns behind them; null where no journey reacts. A class, because a list of structs would be a large object in each step.</summary>
    /// <param name="Payload">Null where the journey has no filter.</param>
    private sealed record ReactionRow(Interval Interval, EventId EventId, ContactId ContactId, byte[]? Payload)
    {
        public static ReactionRow Read(DbDataReader row) => new(
            new Interval(new TenantId(row.GetGuid(4)), new JourneyId(row.GetGuid(5)), row.GetInt64(6)), new EventId(row.GetGuid(7)),
            ContactId.Parse(row.GetString(8)), row.IsDBNull(9) ? null : row.GetFieldValue<byte[]>(9));
    }

    /// <summary>In which a journey is active, from a transaction on.</summary>
    private readonly record struct Interval(TenantId TenantId, JourneyId JourneyId, long FromTx);

    private sealed class ActivationRow
    {
        public TenantId TenantId { get; init; }

        public JourneyId JourneyId { get; init; }

        public long FromTx { get; init; }

        public EventTypeId EventTypeId { get; init; }

        public RawJson? PayloadFilter { get; init; }

        public EntryMode EntryMode { get; init; }

        public Interval Interval => new(TenantId, JourneyId, FromTx);

        public JourneyActivation ToActivation() => new(new TriggerConfig(EventTypeId, PayloadFilter?.ToSchema()), EntryMode);
    }

    private sealed class EnteredRow
    {
        public bool Moved { get; init; }

        public TenantId TenantId { get; init; }

        public JourneyId JourneyId { get; init; }

        public JourneyEntryId? Id { get; init; }

        public ContactId ContactId { get; init; }
    }
}
