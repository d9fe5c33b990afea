using System.Data.Common;
using System.Text.Json;
using Flownally.Application;
using Flownally.Application.Feed;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Caching;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys.Dispatch;

internal sealed class JourneyDispatch(Database database) : IJourneyDispatch, IDisposable
{
    /// <summary>Of payloads that are held at once; the last may exceed it.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    private const long MostBytesOfActivations = 64 * 1024 * 1024;

    /// <summary>Of an activation without its filter.</summary>
    private const long BytesOfActivation = 500;

    private const string Load = "SELECT transaction_id, position, last_entry_id FROM journey_cursor";

    private const string LoadBacklogs = """
        SELECT tenant_id, transaction_id, position
        FROM   journey_backlogs
        ORDER  BY transaction_id, position
        """;

    /// <summary>
    /// Intervals that are not over. That they ended before now goes without saying, but has PostgreSQL expect few of them, and so use
    /// their index.
    /// </summary>
    private const string Lasting = $"to_tx IS NULL OR (to_tx > @transaction_id AND to_tx < {FeedClock.Now})";

    /// <summary>
    /// One statement, so that the events and the horizon are of one state of the log. It begins where the first interval that is not
    /// over begins, if that is later. Payloads are sent once, whatever the number of journeys, and only for filters.
    /// </summary>
    public const string Read = $"""
        WITH asked AS MATERIALIZED (
            SELECT tenant_id, event_type_id, min(from_tx) AS from_tx, bool_or(payload_filter IS NOT NULL) AS filters
            FROM   journey_activations
            WHERE  ({Lasting})
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
            WHERE  ({Lasting})
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
    /// Every interval that began before an event that was read had been committed by then; one that has ended since is as long as it
    /// need be.
    /// </summary>
    public const string FindIntervals = $"""
        WITH lasting AS MATERIALIZED (
            SELECT tenant_id, event_type_id, journey_id, from_tx, to_tx, cut_tx, cut_position, trigger_revision
            FROM   journey_activations
            WHERE  {Lasting}
        )
        SELECT tenant_id, event_type_id, journey_id, from_tx, to_tx, cut_tx, cut_position, trigger_revision
        FROM   lasting
        WHERE  (tenant_id, event_type_id) IN (SELECT * FROM unnest(@tenants, @types))
        ORDER  BY journey_id, from_tx
        """;

    private const string FindActivations = """
        SELECT tenant_id, journey_id, from_tx, event_type_id, payload_filter, entry_mode
        FROM   unnest(@tenants, @journeys, @beginnings) AS i (tenant_id, journey_id, from_tx)
        JOIN   journey_activations USING (tenant_id, journey_id, from_tx)
        """;

    /// <summary>
    /// Whoever finds the cursor elsewhere than it was left writes nothing. A journey that is deleted is entered no more, whenever the
    /// event was recorded. The time of an entry is that of its id, but never later than PostgreSQL's: ids go on from a clock that was
    /// ahead, and a webhook must not wait until the clock has caught up. Both ascend, and so does the lesser.
    /// </summary>
    private const string Enter = """
        WITH moved AS (
            UPDATE journey_cursor
            SET    transaction_id = @to_transaction_id, position = @to_position, last_entry_id = @last
            WHERE  transaction_id = @from_transaction_id AND position = @from_position AND last_entry_id = @from_last
            RETURNING true
        ), behind AS (
            INSERT INTO journey_backlogs AS b (tenant_id, transaction_id, position)
            SELECT tenant_id, transaction_id, position
            FROM   unnest(@behind_tenants, @behind_transaction_ids, @behind_positions) AS i (tenant_id, transaction_id, position)
            WHERE  EXISTS (SELECT FROM moved)
            ON CONFLICT (tenant_id) DO UPDATE SET transaction_id = excluded.transaction_id, position = excluded.position
        ), caught_up AS (
            DELETE FROM journey_backlogs
            WHERE  tenant_id = ANY(@caught_up) AND EXISTS (SELECT FROM moved)
        ), failed AS (
            INSERT INTO journey_filter_errors AS f (tenant_id, journey_id, event_id, at, trigger_revision, code)
            SELECT tenant_id, journey_id, event_id, at, trigger_revision, code
            FROM   unnest(@failed_tenants, @failed_journeys, @failed_events, @failed_at, @failed_revisions, @failed_codes)
                   AS i (tenant_id, journey_id, event_id, at, trigger_revision, code)
            WHERE  EXISTS (SELECT FROM moved)
            ON CONFLICT (tenant_id, journey_id) DO UPDATE
            SET    event_id = excluded.event_id, at = excluded.at, trigger_revision = excluded.trigger_revision, code = excluded.code
            WHERE  f.trigger_revision <= excluded.trigger_revision
        ), entered AS (
            INSERT INTO journey_entries (tenant_id, id, journey_id, event_id, entered_at, next_attempt_at, once, contact_id, delivery_state)
            SELECT i.tenant_id, i.id, i.journey_id, i.event_id, least(i.entered_at, now()),
                   CASE WHEN j.target_url IS NOT NULL THEN least(i.entered_at, now()) END,
                   i.once, i.contact_id,
                   CASE WHEN j.target_url IS NOT NULL THEN 'pending' ELSE 'none' END
            FROM   unnest(@tenants, @ids, @journeys, @events, @times, @once, @contacts)
                   AS i (tenant_id, id, journey_id, event_id, entered_at, once, contact_id)
            JOIN   journeys j ON j.tenant_id = i.tenant_id AND j.id = i.journey_id
            WHERE  j.deleted_at IS NULL AND EXISTS (SELECT FROM moved)
            ORDER  BY i.id
            ON CONFLICT DO NOTHING
            RETURNING tenant_id, journey_id, id, contact_id, delivery_state
        )
        SELECT (SELECT count(*) FROM moved) = 1 AS moved, e.tenant_id, e.journey_id, e.id, e.contact_id
        FROM   (SELECT) AS always
        LEFT   JOIN entered e ON e.delivery_state = 'pending'
        ORDER  BY e.id
        """;

    /// <summary>What an interval's journey reacts to never changes. What is not remembered is compiled in each step, on its tenant's share.</summary>
    private readonly TenantCache<IntervalKey, JourneyActivation> _activations = new(MostBytesOfActivations);

    /// <summary>As many events as were taken last where payloads are large, so that PostgreSQL does not send what is not taken; then more again.</summary>
    private int _limit = int.MaxValue;

    /// <summary>Both are of one leader: only who leads writes them.</summary>
    public async Task<DispatchStart> LoadAsync(CancellationToken cancellationToken)
    {
        var (transactionId, position, last) = await database.FindAsync<(long, long, Guid)>(TenantScope.All, Load, null, cancellationToken);
        var backlogs = await database.QueryAsync<(Guid Tenant, long TransactionId, long Position)>(TenantScope.All, LoadBacklogs, null, cancellationToken);
        return new DispatchStart(new DispatchCursor(new FeedPlace(transactionId, position), new JourneyEntryId(last)),
            [.. backlogs.Select(row => new Backlog(new TenantId(row.Tenant), new FeedPlace(row.TransactionId, row.Position)))]);
    }

    public async Task<DispatchPage> ReadAsync(FeedPlace after, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Min(limit, _limit);
        var parameters = new { transaction_id = after.TransactionId, position = after.Position, limit };
        var (read, rows) = await database.ReadAsync(TenantScope.All, Read, parameters, ReadRowsAsync, cancellationToken);
        _limit = read.WasCut ? read.N : 2 * limit;

        // Where there is no more, all before the horizon has been read.
        return await PageOfAsync(after, read, rows, limit, FeedPlace.Max(after, new FeedPlace(read.Horizon, 0)), cancellationToken);
    }

    public async Task<DispatchPage> ReadBacklogAsync(Backlog backlog, FeedPlace through, CancellationToken cancellationToken)
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

    public async Task<IReadOnlyList<DueEntry>> EnterAsync(DispatchStep step, CancellationToken cancellationToken)
    {
        var (from, to, entries, behind, caughtUp, failed) = step;
        var parameters = new
        {
            from_last = from.LastEntry.Value,
            behind_tenants = behind.Select(backlog => backlog.TenantId.Value).ToArray(),
            behind_transaction_ids = behind.Select(backlog => backlog.Place.TransactionId).ToArray(),
            behind_positions = behind.Select(backlog => backlog.Place.Position).ToArray(),
            caught_up = caughtUp.Select(tenant => tenant.Value).ToArray(),
            failed_tenants = failed.Select(filter => filter.TenantId.Value).ToArray(),
            failed_journeys = failed.Select(filter => filter.JourneyId.Value).ToArray(),
            failed_events = failed.Select(filter => filter.Error.EventId.Value).ToArray(),
            failed_at = failed.Select(filter => filter.Error.At).ToArray(),
            failed_revisions = failed.Select(filter => filter.TriggerRevision).ToArray(),
            failed_codes = failed.Select(filter => filter.Error.Code).ToArray(),
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
        var rows = await database.WriteAsync<EnteredRow>(TenantScope.All, Enter, parameters, cancellationToken);
        return rows[0].Moved
            ? [.. rows.Where(row => row.Id is not null).Select(row => new DueEntry(row.TenantId, row.JourneyId, row.Id!.Value, row.ContactId, Attempts: 0))]
            : throw new DatabaseUnavailableException("Another process reads the feed for journeys.");
    }

    public void Dispose() => _activations.Dispose();

    private async Task<DispatchPage> PageOfAsync(FeedPlace after, PageRow read, List<EventRow> rows, int limit, FeedPlace end, CancellationToken cancellationToken)
    {
        List<AskedEvent> asked = rows.Count > 0 ? await WithJourneysAsync(after, rows, cancellationToken) : [];
        var more = read.WasCut || read.N == limit;
        return new DispatchPage(asked, more ? read.Last : end, read.N, more);
    }

    private async Task<List<AskedEvent>> WithJourneysAsync(FeedPlace after, List<EventRow> events, CancellationToken cancellationToken)
    {
        var types = events.Select(row => row.Type).Distinct().ToList();
        var parameters = new
        {
            transaction_id = after.TransactionId,
            tenants = types.Select(type => type.TenantId.Value).ToArray(),
            types = types.Select(type => type.Id.Value).ToArray(),
        };
        var intervals = await database.QueryAsync<IntervalRow>(TenantScope.All, FindIntervals, parameters, cancellationToken);
        var activations = await FindActivationsAsync(intervals.Select(interval => interval.Key), cancellationToken);
        var byType = intervals.ToLookup(interval => interval.Type, interval => (Interval: interval, Journey: new ActiveJourney(interval.JourneyId, activations[interval.Key], interval.TriggerRevision)));
        return
        [
            .. events.Select(row => new AskedEvent(row.Place, row.Type.TenantId, row.EventId, row.ContactId,
                new Lazy<JsonElement>(() => row.Payload is null ? default : JsonElement.Parse(row.Payload)),
                byType[row.Type].Where(active => active.Interval.Contains(row.Place)).Select(active => active.Journey))),
        ];
    }

    /// <summary>At once, however many journeys have become active.</summary>
    private async Task<Dictionary<IntervalKey, Lazy<JourneyActivation>>> FindActivationsAsync(IEnumerable<IntervalKey> intervals, CancellationToken cancellationToken)
    {
        var (found, missing) = (new Dictionary<IntervalKey, Lazy<JourneyActivation>>(), new List<IntervalKey>());
        foreach (var interval in intervals)
        {
            if (_activations.Find(interval) is { } cached)
            {
                found.Add(interval, new Lazy<JourneyActivation>(cached));
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
                found.Add(row.Key, new Lazy<JourneyActivation>(() => Remember(row.Key, row.ToActivation())));
            }
        }

        return found;
    }

    private JourneyActivation Remember(IntervalKey interval, JourneyActivation activation) =>
        _activations.Add(interval.TenantId, interval, activation, BytesOfActivation + (activation.TriggerConfig.PayloadFilter?.Weight ?? 0));

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

    /// <summary>The columns behind them; null where no journey asks. A class, because a list of structs would be a large object in each step.</summary>
    /// <param name="Payload">Null where no journey has a filter.</param>
    private sealed record EventRow(FeedPlace Place, AskedType Type, EventId EventId, ContactId ContactId, byte[]? Payload)
    {
        public static EventRow Read(DbDataReader row) => new(
            new FeedPlace(row.GetInt64(4), row.GetInt64(5)), new AskedType(new TenantId(row.GetGuid(6)), new EventTypeId(row.GetGuid(7))),
            new EventId(row.GetGuid(8)), ContactId.Stored(row.GetString(9)), row.IsDBNull(10) ? null : row.GetFieldValue<byte[]>(10));
    }

    private readonly record struct AskedType(TenantId TenantId, EventTypeId Id);

    /// <summary>Names an interval in which a journey is active.</summary>
    private readonly record struct IntervalKey(TenantId TenantId, JourneyId JourneyId, long FromTx);

    private sealed class IntervalRow
    {
        public TenantId TenantId { get; init; }

        public EventTypeId EventTypeId { get; init; }

        public JourneyId JourneyId { get; init; }

        public long FromTx { get; init; }

        public long? ToTx { get; init; }

        public long? CutTx { get; init; }

        public long? CutPosition { get; init; }

        public int TriggerRevision { get; init; }

        public AskedType Type => new(TenantId, EventTypeId);

        public IntervalKey Key => new(TenantId, JourneyId, FromTx);

        /// <summary>Its bounds do not belong to it; what stands where it is cut does.</summary>
        public bool Contains(FeedPlace place) => FromTx < place.TransactionId
            && (ToTx is null || place.TransactionId < ToTx)
            && (CutTx is null || !new FeedPlace(CutTx.Value, CutPosition!.Value).IsBefore(place));
    }

    private sealed class ActivationRow
    {
        public TenantId TenantId { get; init; }

        public JourneyId JourneyId { get; init; }

        public long FromTx { get; init; }

        public EventTypeId EventTypeId { get; init; }

        public RawJson? PayloadFilter { get; init; }

        public EntryMode EntryMode { get; init; }

        public IntervalKey Key => new(TenantId, JourneyId, FromTx);

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
