using System.Data;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dapper;
using Flownally.Application;
using Flownally.Application.Events;
using Flownally.Domain.Events;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Writes events. If PostgreSQL refuses a statement, nothing is written, and each half is retried separately until only the faulty event
/// fails. After a lost connection the outcome is unknown and nothing is retried; a caller that repeats its request with an idempotency key
/// learns it.
/// </summary>
internal sealed class EventWriter : IEventWriter
{
    /// <summary>
    /// Records what it can and returns the ordinals of the other events. <c>type_changed</c>: the type has a later revision than the one
    /// that validated the payload. <c>key_taken</c>: the key belongs to another event. <c>type_locked</c>: another transaction changes the
    /// type; the event is skipped, because the events of other types must not wait for it. Types are locked FOR SHARE, so a change of a
    /// type waits for this statement, or this statement sees the change. Keys are inserted first and in a fixed order, so two statements
    /// can neither deadlock nor both insert a key.
    /// </summary>
    public const string Record = """
        WITH incoming AS (
            SELECT *
            FROM   unnest(@ordinals, @tenants, @ids, @types, @revisions, @schema_versions, @contacts, @occurred, @created,
                          @months, @payloads, @keys, @fingerprints, @suppressing)
                   AS i (ordinal, tenant_id, id, event_type_id, revision, schema_version, contact_id, occurred_at, created_at,
                         month, payload, key, fingerprint, suppress_journeys)
        ), current AS (
            SELECT t.tenant_id, t.id, t.revision
            FROM   event_types t
            WHERE  (t.tenant_id, t.id) IN (SELECT tenant_id, event_type_id FROM incoming)
            ORDER  BY t.tenant_id, t.id
            FOR    SHARE SKIP LOCKED
        ), admitted AS (
            SELECT i.*
            FROM   incoming i
            JOIN   current c ON c.tenant_id = i.tenant_id AND c.id = i.event_type_id AND c.revision = i.revision
        ), won AS (
            INSERT INTO event_keys (tenant_id, key, event_id, fingerprint)
            SELECT tenant_id, key, id, fingerprint
            FROM   admitted
            WHERE  key IS NOT NULL
            ORDER  BY tenant_id, key COLLATE "C"
            ON CONFLICT DO NOTHING
            RETURNING tenant_id, event_id
        ), recorded AS (
            SELECT a.*
            FROM   admitted a
            WHERE  a.key IS NULL OR EXISTS (SELECT FROM won w WHERE w.tenant_id = a.tenant_id AND w.event_id = a.id)
        ), stored AS (
            INSERT INTO events (tenant_id, id, event_type_id, transaction_id, occurred_at, created_at, schema_version,
                                contact_id, idempotency_key, payload, suppress_journeys)
            SELECT tenant_id, id, event_type_id,
                   pg_current_xact_id()::text::bigint + (SELECT hold_feed_offset()),
                   occurred_at, created_at, schema_version, contact_id, key, payload::json, suppress_journeys
            FROM   recorded
            ORDER  BY ordinal
        ), counted AS (
            INSERT INTO event_counts AS c (tenant_id, event_type_id, month, lane, n)
            SELECT tenant_id, event_type_id, month, @lane, count(*)
            FROM   recorded
            GROUP  BY tenant_id, event_type_id, month
            ORDER  BY tenant_id, event_type_id, month
            ON CONFLICT (tenant_id, event_type_id, month, lane) DO UPDATE SET n = c.n + excluded.n
        )
        SELECT i.ordinal,
               CASE WHEN EXISTS (SELECT FROM admitted a WHERE a.ordinal = i.ordinal) THEN 'key_taken'
                    WHEN EXISTS (SELECT FROM event_types t
                                 WHERE  t.tenant_id = i.tenant_id AND t.id = i.event_type_id AND t.revision = i.revision) THEN 'type_locked'
                    ELSE 'type_changed' END AS outcome
        FROM   incoming i
        WHERE  NOT EXISTS (SELECT FROM recorded r WHERE r.ordinal = i.ordinal)
        """;

    /// <summary>
    /// The event that owns a key may be invisible to the statement that lost the key, so a second statement reads it. A key whose event
    /// retention has dropped is deleted and not returned, so the loser retries. A key that another transaction is deleting is skipped.
    /// </summary>
    private const string FindKeys = """
        WITH expired AS (
            SELECT tenant_id, key, event_id
            FROM   event_keys
            WHERE  (tenant_id, key) IN (SELECT * FROM unnest(@tenants, @keys))
            AND    event_id < (SELECT oldest_kept FROM retention)
            FOR    UPDATE SKIP LOCKED
        ), deleted AS (
            DELETE FROM event_keys k
            USING  expired e
            WHERE  k.tenant_id = e.tenant_id AND k.key = e.key AND k.event_id = e.event_id
        )
        SELECT tenant_id, key, event_id, fingerprint
        FROM   event_keys
        WHERE  (tenant_id, key) IN (SELECT * FROM unnest(@tenants, @keys))
        AND    event_id >= (SELECT oldest_kept FROM retention)
        """;

    private readonly Database _database;
    private readonly FeedNotices _notices;
    private readonly TimeProvider _clock;
    private readonly Histogram<double> _duration;

    public EventWriter(Database database, FeedNotices notices, TimeProvider clock, IMeterFactory meters)
    {
        (_database, _notices, _clock) = (database, notices, clock);
        _duration = meters.Create("Flownally").CreateHistogram("flownally.recording.statement.duration", "s",
            "The duration of a recording statement, including its commit.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 10] });
    }

    public async Task<IReadOnlyList<RecordingOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane)
    {
        var scope = TenantScope.Of(events.Select(e => e.TenantId));
        IReadOnlyList<(int Ordinal, string Outcome)> others;
        try
        {
            others = await RecordAsync(scope, events, lane);
        }
        catch (Exception exception)
        {
            var half = events.Count / 2;
            return half == 0 || exception is DatabaseUnavailableException
                ? [.. events.Select(_ => new RecordingOutcome.Failed(exception))]
                : [.. await WriteAsync([.. events.Take(half)], lane), .. await WriteAsync([.. events.Skip(half)], lane)];
        }

        var outcomes = new RecordingOutcome[events.Count];
        Array.Fill(outcomes, RecordingOutcome.Recorded.Instance);
        foreach (var (ordinal, outcome) in others)
        {
            outcomes[ordinal] = OutcomeOf(outcome);
        }

        if (others.Count > 0)
        {
            await FindWinnersAsync(scope, events, outcomes);
        }

        return outcomes;
    }

    /// <summary>Notifies readers of the feed also after a failure, because a lost connection may have committed.</summary>
    private async Task<IReadOnlyList<(int Ordinal, string Outcome)>> RecordAsync(TenantScope scope, IReadOnlyList<Event> events, int lane)
    {
        var since = _clock.GetTimestamp();
        try
        {
            return await _database.WriteAsync<(int, string)>(scope, Record, Parameters(events, lane), CancellationToken.None);
        }
        finally
        {
            _duration.Record(_clock.GetElapsedTime(since).TotalSeconds);
            _notices.Recorded([.. scope.Tenants.Select(tenant => (TenantId?)new TenantId(tenant))]);
        }
    }

    private static RecordingOutcome OutcomeOf(string text) => text switch
    {
        "type_changed" => RecordingOutcome.TypeChanged.Instance,
        "type_locked" => RecordingOutcome.TypeLocked.Instance,
        "key_taken" => RecordingOutcome.KeyUndecided.Instance, // until FindWinnersAsync finds its event
        _ => throw new UnreachableException($"The statement has no outcome '{text}'."),
    };

    /// <summary>Finds the events of undecided keys. The other events are already stored, so a failure affects only the losers.</summary>
    private async Task FindWinnersAsync(TenantScope scope, IReadOnlyList<Event> events, RecordingOutcome[] outcomes)
    {
        List<int> losers = [.. Enumerable.Range(0, outcomes.Length).Where(i => outcomes[i] is RecordingOutcome.KeyUndecided)];
        if (losers.Count == 0)
        {
            return;
        }

        try
        {
            var tenants = losers.Select(loser => events[loser].TenantId.Value).ToArray();
            var keys = losers.Select(loser => events[loser].IdempotencyKey!.Value.Value).ToArray();
            var rows = await _database.QueryAsync<KeyRow>(scope, FindKeys, new { tenants, keys }, CancellationToken.None);
            var winners = rows.ToDictionary(row => (row.TenantId.Value, row.Key));
            foreach (var (i, loser) in losers.Index())
            {
                if (winners.TryGetValue((tenants[i], keys[i]), out var winner))
                {
                    outcomes[loser] = new RecordingOutcome.KeyTaken(winner.EventId, Fingerprint.FromBytes(winner.Fingerprint));
                }
            }
        }
        catch (Exception exception)
        {
            losers.ForEach(loser => outcomes[loser] = new RecordingOutcome.Failed(exception));
        }
    }

    /// <summary>The parameters of <see cref="Record"/>: one array for each column.</summary>
    private static DynamicParameters Parameters(IReadOnlyList<Event> events, int lane)
    {
        var parameters = new DynamicParameters();
        parameters.Add("lane", (short)lane);
        parameters.Add("ordinals", Enumerable.Range(0, events.Count).ToArray());
        Add("tenants", e => e.TenantId.Value);
        Add("ids", e => e.Id.Value);
        Add("types", e => e.Type.Id.Value);
        Add("revisions", e => e.Type.Revision);
        Add("schema_versions", e => e.Type.SchemaVersion);
        Add("contacts", e => e.ContactId.Value);
        Add("occurred", e => e.OccurredAt);
        Add("created", e => e.CreatedAt);
        Add("months", e => MonthOf(e.Id));
        parameters.Add("payloads", new Utf8Texts([.. events.Select(e => e.Payload.Text.Utf8)]));
        Add("keys", e => e.IdempotencyKey?.Value);
        Add("fingerprints", e => e.Fingerprint?.ToBytes());
        Add("suppressing", e => e.SuppressJourneys);
        return parameters;

        void Add<T>(string name, Func<Event, T> value) => parameters.Add(name, events.Select(value).ToArray());
    }

    /// <summary>The month of the event's partition.</summary>
    private static DateOnly MonthOf(EventId id)
    {
        var time = IdGenerator.TimeOf(id.Value);
        return new DateOnly(time.Year, time.Month, 1);
    }

    /// <summary>UTF-8 texts that are sent without conversion; as strings each payload would be transcoded twice.</summary>
    private sealed class Utf8Texts(ReadOnlyMemory<byte>[] texts) : SqlMapper.ICustomQueryParameter
    {
        public void AddParameter(IDbCommand command, string name) =>
            command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = texts });
    }

    private sealed class KeyRow
    {
        public TenantId TenantId { get; init; }

        public string Key { get; init; } = "";

        public EventId EventId { get; init; }

        public byte[] Fingerprint { get; init; } = [];
    }
}
