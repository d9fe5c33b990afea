using Flownally.Application.Events;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys.Delivery;

internal sealed class Deliveries(Database database, IEventQueries events) : IDeliveries
{
    private const string FindWebhook = """
        SELECT e.event_id, e.entered_at, j.name, j.target_url, j.target_secret
        FROM   journey_entries e
        JOIN   journeys j ON j.tenant_id = e.tenant_id AND j.id = e.journey_id
        WHERE  e.tenant_id = @tenant_id AND e.journey_id = @journey AND e.id = @id
        AND    e.delivery_state = 'pending' AND j.deleted_at IS NULL AND j.target_url IS NOT NULL
        """;

    /// <summary>
    /// Walks by the index from tenant to tenant and from journey to journey, regardless of the number of entries, and takes a few of the
    /// earliest due entries of each journey. So neither the backlog of a dead target nor a tenant with many journeys delays others. First
    /// attempts come before retries, and there are at most half as many retries, so first attempts do not wait for retries.
    /// </summary>
    public const string FindDue = """
        WITH RECURSIVE tenants AS (
            (SELECT tenant_id
             FROM   journey_entries
             WHERE  delivery_state = 'pending'
             ORDER  BY tenant_id
             LIMIT  1)
            UNION ALL
            SELECT n.tenant_id
            FROM   tenants t
            CROSS  JOIN LATERAL (SELECT tenant_id
                                 FROM   journey_entries
                                 WHERE  delivery_state = 'pending' AND tenant_id > t.tenant_id
                                 ORDER  BY tenant_id
                                 LIMIT  1) n
        ), walk AS (
            SELECT t.tenant_id, coalesce(a.journey_id, '00000000-0000-0000-0000-000000000000') AS journey_id, 0 AS step
            FROM   tenants t
            LEFT   JOIN unnest(@after_tenants::uuid[], @after_journeys::uuid[]) AS a (tenant_id, journey_id) ON a.tenant_id = t.tenant_id
            UNION ALL
            SELECT w.tenant_id, n.journey_id, w.step + 1
            FROM   walk w
            CROSS  JOIN LATERAL (SELECT journey_id
                                 FROM   journey_entries
                                 WHERE  delivery_state = 'pending' AND tenant_id = w.tenant_id AND journey_id > w.journey_id
                                 ORDER  BY journey_id
                                 LIMIT  1) n
            WHERE  w.step < @journeys::integer
        ), lanes AS (
            SELECT tenant_id, journey_id,
                   least(@entries_of_journey::integer,
                         greatest(1, @entries::integer / count(*) OVER (PARTITION BY tenant_id)))::integer AS most
            FROM   walk
            WHERE  step > 0
        )
        SELECT l.tenant_id, l.journey_id, l.most, e.id, e.contact_id, e.attempts, e.redeliveries
        FROM   lanes l
        LEFT   JOIN LATERAL ((SELECT id, contact_id, attempts, redeliveries, next_attempt_at, false AS is_retry
                              FROM   journey_entries
                              WHERE  tenant_id = l.tenant_id AND journey_id = l.journey_id
                              AND    delivery_state = 'pending' AND attempts = 0 AND redeliveries = 0
                              AND    next_attempt_at <= now() AND id <> ALL(@known::uuid[])
                              ORDER  BY next_attempt_at, id
                              LIMIT  l.most)
                             UNION ALL
                             (SELECT id, contact_id, attempts, redeliveries, next_attempt_at, true
                              FROM   journey_entries
                              WHERE  tenant_id = l.tenant_id AND journey_id = l.journey_id
                              AND    delivery_state = 'pending' AND (attempts > 0 OR redeliveries > 0)
                              AND    next_attempt_at <= now() AND id <> ALL(@known::uuid[])
                              ORDER  BY next_attempt_at, id
                              LIMIT  greatest(1, l.most / 2))) e ON true
        ORDER  BY e.is_retry, e.next_attempt_at, e.id, l.tenant_id, l.journey_id
        """;

    /// <summary>
    /// Updates only pending entries: a statement with a lost connection may already have stored an outcome, which stays. An attempt before
    /// a redelivery does not change the entry after it. An outcome without an attempt keeps the last attempt. Attempts are stored
    /// regardless of the entry's state, unless the entry is deleted. Entries are locked in the order of their ids, like in <see
    /// cref="LockedJourney"/>, so that the two cannot deadlock.
    /// </summary>
    private const string Save = """
        WITH ended AS MATERIALIZED (
            SELECT *
            FROM   unnest(@tenants, @journeys, @ids, @redeliveries, @states, @attempts, @at, @next_at, @statuses, @errors, @durations)
                   AS a (tenant_id, journey_id, id, redeliveries, state, attempts, at, next_at, status, error, duration)
        ), locked AS MATERIALIZED (
            SELECT e.tenant_id, e.journey_id, e.id
            FROM   journey_entries e
            WHERE  (e.tenant_id, e.journey_id, e.id) IN (SELECT tenant_id, journey_id, id FROM ended)
            ORDER  BY e.tenant_id, e.journey_id, e.id
            FOR    NO KEY UPDATE
        ), kept AS (
            INSERT INTO journey_attempts (tenant_id, journey_id, entry_id, at, duration, status, error)
            SELECT a.tenant_id, a.journey_id, a.id, a.at, a.duration, a.status, a.error
            FROM   locked l
            JOIN   ended a ON a.tenant_id = l.tenant_id AND a.journey_id = l.journey_id AND a.id = l.id
            WHERE  a.at IS NOT NULL
            ON CONFLICT DO NOTHING
        )
        UPDATE journey_entries e
        SET    delivery_state = a.state, attempts = a.attempts, next_attempt_at = a.next_at,
               last_attempt_at = coalesce(a.at, e.last_attempt_at),
               last_status = CASE WHEN a.at IS NULL THEN e.last_status ELSE a.status END,
               last_error = CASE WHEN a.at IS NULL THEN e.last_error ELSE a.error END
        FROM   locked l
        JOIN   ended a ON a.tenant_id = l.tenant_id AND a.journey_id = l.journey_id AND a.id = l.id
        WHERE  e.tenant_id = l.tenant_id AND e.journey_id = l.journey_id AND e.id = l.id
        AND    e.delivery_state = 'pending' AND e.redeliveries = a.redeliveries
        """;

    public async Task<Webhook?> FindWebhookAsync(DueEntry entry, CancellationToken cancellationToken)
    {
        var parameters = new { journey = entry.JourneyId.Value, id = entry.Id.Value };
        return await database.FindAsync<WebhookRow>(entry.TenantId, FindWebhook, parameters, cancellationToken) is { } row
            ? new Webhook(row.Name, new JourneyTarget(row.TargetUrl, row.TargetSecret), row.EnteredAt,
                await events.FindAsync(entry.TenantId, row.EventId, cancellationToken))
            : null;
    }

    public async Task<DueEntries> FindDueAsync(IReadOnlyCollection<JourneyEntryId> known, IReadOnlyDictionary<TenantId, JourneyId> after,
        CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<DueRow>(TenantScope.All, FindDue, new
        {
            known = known.Select(id => id.Value).ToArray(),
            after_tenants = after.Keys.Select(tenant => tenant.Value).ToArray(),
            after_journeys = after.Values.Select(journey => journey.Value).ToArray(),
            journeys = DeliveryLimits.MaxJourneysPerPoll,
            entries = DeliveryLimits.MaxPerTenant,
            entries_of_journey = DeliveryLimits.MaxPerJourney,
        }, cancellationToken);
        var entries = rows.Where(row => row.Id is not null).Select(row => new DueEntry(
            row.TenantId, row.JourneyId, row.Id!.Value, row.ContactId!.Value, row.Attempts!.Value, row.Redeliveries!.Value));
        var journeys = rows.Select(row => new DueJourney(row.TenantId, row.JourneyId, row.Most)).Distinct();
        return new DueEntries([.. entries], [.. journeys.OrderBy(journey => (journey.TenantId.Value, journey.Id.Value))]);
    }

    public Task SaveAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            tenants = attempts.Select(attempt => attempt.Entry.TenantId.Value).ToArray(),
            journeys = attempts.Select(attempt => attempt.Entry.JourneyId.Value).ToArray(),
            ids = attempts.Select(attempt => attempt.Entry.Id.Value).ToArray(),
            redeliveries = attempts.Select(attempt => attempt.Entry.Redeliveries).ToArray(),
            states = attempts.Select(attempt => attempt.State.Text()).ToArray(),
            attempts = attempts.Select(attempt => attempt.Attempts).ToArray(),
            at = attempts.Select(attempt => attempt.At).ToArray(),
            next_at = attempts.Select(attempt => attempt.NextAt).ToArray(),
            statuses = attempts.Select(attempt => attempt.Status).ToArray(),
            errors = attempts.Select(attempt => attempt.Error?.Text()).ToArray(),
            durations = attempts.Select(attempt => attempt.Duration).ToArray(),
        };
        return database.ExecuteAsync(TenantScope.All, Save, parameters, cancellationToken);
    }

    private sealed record DueRow(TenantId TenantId, JourneyId JourneyId, int Most, JourneyEntryId? Id, ContactId? ContactId, int? Attempts,
        int? Redeliveries);

    private sealed class WebhookRow
    {
        public EventId EventId { get; init; }

        public DateTimeOffset EnteredAt { get; init; }

        public JourneyName Name { get; init; }

        public TargetUrl TargetUrl { get; init; }

        public required WebhookSecret TargetSecret { get; init; }
    }
}
