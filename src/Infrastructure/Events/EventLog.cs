using Dapper;
using Flownally.Application.Events;
using Flownally.Domain.Events;
using Flownally.Domain.Ids;

namespace Flownally.Infrastructure.Events;

/// <summary>
/// Records events one transaction each. The statement takes any number of them, so that a writer that gathers
/// what waits can use it as it is.
/// </summary>
internal sealed class EventLog(Database.Database database) : IEventLog
{
    /// <summary>
    /// Records what may be recorded and returns the ordinals of what was not: <c>moved</c> where the type is no longer
    /// at the revision that the payload was validated under, <c>taken</c> where the key stands for another event.
    /// Types are locked FOR SHARE, so a change to one waits for this statement or this statement sees it.
    /// Keys go first and in one order, so two writers can neither deadlock nor both win.
    /// </summary>
    public const string Record = """
        WITH incoming AS (
            SELECT *
            FROM   unnest(@ordinals, @tenants, @ids, @types, @revisions, @schema_versions, @contacts, @occurred, @created,
                          @months, @payloads, @keys, @fingerprints)
                   AS i (ordinal, tenant_id, id, event_type_id, revision, schema_version, contact_id, occurred_at, created_at,
                         month, payload, key, fingerprint)
        ), current AS (
            SELECT t.tenant_id, t.id, t.revision
            FROM   event_types t
            WHERE  (t.tenant_id, t.id) IN (SELECT tenant_id, event_type_id FROM incoming)
            ORDER  BY t.tenant_id, t.id
            FOR    SHARE
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
                                contact_id, idempotency_key, payload)
            SELECT tenant_id, id, event_type_id,
                   pg_current_xact_id()::text::bigint + (SELECT transaction_offset FROM feed_clock),
                   occurred_at, created_at, schema_version, contact_id, key, payload::json
            FROM   recorded
            ORDER  BY ordinal
        ), counted AS (
            INSERT INTO event_counts AS c (tenant_id, event_type_id, month, n)
            SELECT tenant_id, event_type_id, month, count(*)
            FROM   recorded
            GROUP  BY tenant_id, event_type_id, month
            ORDER  BY tenant_id, event_type_id, month
            ON CONFLICT (tenant_id, event_type_id, month) DO UPDATE SET n = c.n + excluded.n
        )
        SELECT i.ordinal,
               CASE WHEN EXISTS (SELECT FROM admitted a WHERE a.ordinal = i.ordinal) THEN 'taken' ELSE 'moved' END AS outcome
        FROM   incoming i
        WHERE  NOT EXISTS (SELECT FROM recorded r WHERE r.ordinal = i.ordinal)
        """;

    /// <summary>The winner of a key may be invisible to the statement that lost to it, so it is read by this second one.</summary>
    private const string FindKey = """
        SELECT event_id, fingerprint
        FROM   event_keys
        WHERE  tenant_id = @tenant_id AND key = @key
        """;

    public async Task<AppendOutcome> AppendAsync(Event @event, CancellationToken cancellationToken)
    {
        while (true)
        {
            var exceptions = await database.QueryAsync<(int Ordinal, string Outcome)>(
                @event.TenantId, Record, Columns([@event]), cancellationToken);
            switch (exceptions)
            {
                case []:
                    return new AppendOutcome.Appended();
                case [(_, "moved")]:
                    return new AppendOutcome.TypeMoved();
            }

            var taken = await database.FindAsync<KeyRow>(@event.TenantId, FindKey, new { key = @event.IdempotencyKey!.Value.Value }, cancellationToken);
            if (taken is not null)
            {
                return new AppendOutcome.KeyTaken(new EventId(taken.EventId), Fingerprint.FromBytes(taken.Fingerprint));
            }
        }
    }

    /// <summary>The events as the columns of <see cref="Record"/>.</summary>
    public static DynamicParameters Columns(IReadOnlyList<Event> events)
    {
        var columns = new DynamicParameters();
        columns.Add("ordinals", Enumerable.Range(0, events.Count).ToArray());
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
        return columns;

        void Add<T>(string name, Func<Event, T> value) => columns.Add(name, events.Select(value).ToArray());
    }

    /// <summary>The month whose partition holds the event.</summary>
    private static DateOnly MonthOf(EventId id)
    {
        var time = IdGenerator.TimeOf(id.Value);
        return new DateOnly(time.Year, time.Month, 1);
    }

    private sealed record KeyRow(Guid EventId, byte[] Fingerprint);
}
