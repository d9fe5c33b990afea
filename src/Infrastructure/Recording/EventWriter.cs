using Dapper;
using Flownally.Application;
using Flownally.Application.Events;
using Flownally.Domain.Events;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Writes events. A statement that PostgreSQL refuses has written nothing; then each half is tried alone, so that the event at fault
/// fails alone. Where the connection was lost nobody knows what was written, and nothing is tried again: the keys tell those who ask.
/// </summary>
internal sealed class EventWriter(Database database, FeedNotices notices) : IEventWriter
{
    /// <summary>
    /// Records what may be recorded and returns the ordinals of what was not: <c>moved</c> where the type is no longer
    /// at the revision that the payload was validated under, <c>taken</c> where the key stands for another event.
    /// Types are locked FOR SHARE, so a change to one waits for this statement or this statement sees it; a type that is being
    /// changed is skipped, and <c>locked</c> tells so, because the others must not wait for it.
    /// Keys go first and in one order, so two writers can neither deadlock nor both win.
    /// </summary>
    public const string Record = $"""
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
                   {FeedClock.ThisTransaction},
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
               CASE WHEN EXISTS (SELECT FROM admitted a WHERE a.ordinal = i.ordinal) THEN 'taken'
                    WHEN EXISTS (SELECT FROM event_types t
                                 WHERE  t.tenant_id = i.tenant_id AND t.id = i.event_type_id AND t.revision = i.revision) THEN 'locked'
                    ELSE 'moved' END AS outcome
        FROM   incoming i
        WHERE  NOT EXISTS (SELECT FROM recorded r WHERE r.ordinal = i.ordinal)
        """;

    /// <summary>
    /// The winner of a key may be invisible to the statement that lost to it, so it is read by this second one. A key whose event
    /// has gone by retention is deleted and not found, so that its loser tries again; one that another deletes is left to it.
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

    /// <summary>Why <see cref="Record"/> did not record an event, as it names it.</summary>
    private enum Refusal
    {
        Moved,
        Taken,
        Locked,
    }

    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane, CancellationToken cancellationToken)
    {
        var scope = TenantScope.Of(events.Select(e => e.TenantId));
        IReadOnlyList<(int Ordinal, Refusal Refusal)> refused;
        try
        {
            refused = await RecordAsync(scope, events, lane, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var half = events.Count / 2;
            return half == 0 || exception is DatabaseUnavailableException
                ? [.. events.Select(_ => new WriteOutcome.Final(new AppendOutcome.Failed(exception)))]
                : [.. await WriteAsync([.. events.Take(half)], lane, cancellationToken), .. await WriteAsync([.. events.Skip(half)], lane, cancellationToken)];
        }

        var outcomes = new WriteOutcome[events.Count];
        Array.Fill(outcomes, WriteOutcome.Final.Appended);
        List<int> losers = [];
        foreach (var (ordinal, refusal) in refused)
        {
            switch (refusal)
            {
                case Refusal.Moved:
                    outcomes[ordinal] = WriteOutcome.Final.TypeMoved;
                    break;
                case Refusal.Locked:
                    outcomes[ordinal] = WriteOutcome.TypeLocked.Instance;
                    break;
                case Refusal.Taken:
                    losers.Add(ordinal);
                    break;
            }
        }

        if (losers.Count > 0)
        {
            await TellLosersAsync(scope, events, losers, outcomes, cancellationToken);
        }

        return outcomes;
    }

    /// <summary>Readers of the feed are told also where it failed, because a lost connection may have committed.</summary>
    private async Task<IReadOnlyList<(int Ordinal, Refusal Refusal)>> RecordAsync(TenantScope scope, IReadOnlyList<Event> events, int lane,
        CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAsync<(int, Refusal)>(scope, Record, Parameters(events, lane), cancellationToken);
        }
        finally
        {
            notices.Recorded([.. scope.Tenants.Select(tenant => (TenantId?)new TenantId(tenant))]);
        }
    }

    /// <summary>Finds who took the keys. The other events are stored by now, so a failure concerns those that lost their keys only.</summary>
    private async Task TellLosersAsync(TenantScope scope, IReadOnlyList<Event> events, IReadOnlyList<int> losers, WriteOutcome[] outcomes,
        CancellationToken cancellationToken)
    {
        try
        {
            var winners = await FindKeysAsync(scope, [.. losers.Select(loser => events[loser])], cancellationToken);
            foreach (var loser in losers)
            {
                outcomes[loser] = winners.TryGetValue((events[loser].TenantId, events[loser].IdempotencyKey!.Value.Value), out var winner)
                    ? new WriteOutcome.Final(winner)
                    : WriteOutcome.KeyUndecided.Instance;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (var loser in losers)
            {
                outcomes[loser] = new WriteOutcome.Final(new AppendOutcome.Failed(exception));
            }
        }
    }

    private async Task<Dictionary<(TenantId, string), AppendOutcome.KeyTaken>> FindKeysAsync(TenantScope scope, IReadOnlyList<Event> losers,
        CancellationToken cancellationToken)
    {
        var parameters = new { tenants = losers.Select(e => e.TenantId.Value).ToArray(), keys = losers.Select(e => e.IdempotencyKey!.Value.Value).ToArray() };
        var rows = await database.QueryAsync<KeyRow>(scope, FindKeys, parameters, cancellationToken);
        return rows.ToDictionary(row => (row.TenantId, row.Key), row => new AppendOutcome.KeyTaken(row.EventId, Fingerprint.FromBytes(row.Fingerprint)));
    }

    /// <summary>What <see cref="Record"/> takes, the events as columns.</summary>
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
        Add("payloads", e => e.Payload.Text.ToString());
        Add("keys", e => e.IdempotencyKey?.Value);
        Add("fingerprints", e => e.Fingerprint?.ToBytes());
        Add("suppressing", e => e.SuppressJourneys);
        return parameters;

        void Add<T>(string name, Func<Event, T> value) => parameters.Add(name, events.Select(value).ToArray());
    }

    /// <summary>The month whose partition holds the event.</summary>
    private static DateOnly MonthOf(EventId id)
    {
        var time = IdGenerator.TimeOf(id.Value);
        return new DateOnly(time.Year, time.Month, 1);
    }

    private sealed class KeyRow
    {
        public TenantId TenantId { get; init; }

        public string Key { get; init; } = "";

        public EventId EventId { get; init; }

        public byte[] Fingerprint { get; init; } = [];
    }
}
