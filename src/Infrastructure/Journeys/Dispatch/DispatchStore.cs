using Flownally.Application.Feed;
using Flownally.Application.Journeys.Delivery;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain.Contacts;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys.Dispatch;

internal sealed class DispatchStore(Database database) : IDispatchStore
{
    private const string Load = "SELECT transaction_id, position, last_entry_id FROM journey_cursor";

    private const string LoadBacklogs = """
        SELECT tenant_id, transaction_id, position
        FROM   journey_backlogs
        ORDER  BY transaction_id, position
        """;

    /// <summary>
    /// Writes nothing if another process has moved the cursor. A deleted journey gets no entries, also for earlier events. The time of an
    /// entry is the time of its id, but not later than PostgreSQL's time: after the clock was ahead, ids continue from that time, and a
    /// webhook must not wait until the clock catches up. Both times ascend, so their minimum does too.
    /// </summary>
    private const string Save = """
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

    /// <summary>Runs two statements. Both see the same state, because only the leader writes.</summary>
    public async Task<DispatchState> LoadAsync(CancellationToken cancellationToken)
    {
        var (transactionId, position, last) = await database.FindAsync<(long, long, Guid)>(TenantScope.All, Load, null, cancellationToken);
        var backlogs = await database.QueryAsync<(Guid Tenant, long TransactionId, long Position)>(
            TenantScope.All, LoadBacklogs, null, cancellationToken);
        var cursor = new DispatchCursor(new FeedPlace(transactionId, position), new JourneyEntryId(last));
        return new DispatchState(cursor, cursor.Place,
            [.. backlogs.Select(row => new Backlog(new TenantId(row.Tenant), new FeedPlace(row.TransactionId, row.Position)))]);
    }

    public async Task<IReadOnlyList<DueEntry>> SaveAsync(DispatchStep step, CancellationToken cancellationToken)
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
        var rows = await database.WriteAsync<EnteredRow>(TenantScope.All, Save, parameters, cancellationToken);
        return rows[0].Moved
            ? [.. rows.Where(row => row.Id is not null)
                .Select(row => new DueEntry(row.TenantId, row.JourneyId, row.Id!.Value, row.ContactId, Attempts: 0))]
            : throw new LeadershipLostException();
    }

    private sealed record EnteredRow(bool Moved, TenantId TenantId, JourneyId JourneyId, JourneyEntryId? Id, ContactId ContactId);
}
