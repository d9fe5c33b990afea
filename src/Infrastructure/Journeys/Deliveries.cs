using System.Text.Json;
using Flownally.Application.Events;
using Flownally.Application.Journeys;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Database;

namespace Flownally.Infrastructure.Journeys;

internal sealed class Deliveries(Database.Database database, IEventQueries events) : IDeliveries
{
    private const string FindWebhook = """
        SELECT e.event_id, e.entered_at, j.name, j.target_url, j.target_secret
        FROM   journey_entries e
        JOIN   journeys j ON j.tenant_id = e.tenant_id AND j.id = e.journey_id
        WHERE  e.tenant_id = @tenant_id AND e.journey_id = @journey AND e.id = @id
        AND    e.delivery_state = 'pending' AND j.deleted_at IS NULL AND j.target_url IS NOT NULL
        """;

    /// <summary>
    /// From one journey to the next by the index, however many entries each has, and of each the few that were due first:
    /// so a target that is dead, and what has piled up for it, is in nobody's way.
    /// </summary>
    public const string FindDue = """
        WITH RECURSIVE lanes AS (
            (SELECT tenant_id, journey_id
             FROM   journey_entries
             WHERE  delivery_state = 'pending'
             ORDER  BY tenant_id, journey_id
             LIMIT  1)
            UNION ALL
            SELECT n.tenant_id, n.journey_id
            FROM   lanes l
            CROSS  JOIN LATERAL (SELECT tenant_id, journey_id
                                 FROM   journey_entries
                                 WHERE  delivery_state = 'pending' AND (tenant_id, journey_id) > (l.tenant_id, l.journey_id)
                                 ORDER  BY tenant_id, journey_id
                                 LIMIT  1) n
        )
        SELECT e.tenant_id, e.journey_id, e.id, e.contact_id, e.attempts
        FROM   lanes l
        CROSS  JOIN LATERAL (SELECT tenant_id, journey_id, id, contact_id, attempts, next_attempt_at
                             FROM   journey_entries
                             WHERE  tenant_id = l.tenant_id AND journey_id = l.journey_id
                             AND    delivery_state = 'pending' AND next_attempt_at <= now() AND id <> ALL(@known)
                             ORDER  BY next_attempt_at, id
                             LIMIT  @limit) e
        ORDER  BY e.next_attempt_at, e.id
        """;

    /// <summary>Of those that are still pending: a statement whose connection was lost may have written one meanwhile, which stays.</summary>
    private const string Save = """
        UPDATE journey_entries e
        SET    delivery_state = a.state, attempts = a.attempts, last_attempt_at = a.at, next_attempt_at = a.next_at, last_status = a.status
        FROM   unnest(@tenants, @journeys, @ids, @states, @attempts, @at, @next_at, @statuses)
               AS a (tenant_id, journey_id, id, state, attempts, at, next_at, status)
        WHERE  e.tenant_id = a.tenant_id AND e.journey_id = a.journey_id AND e.id = a.id AND e.delivery_state = 'pending'
        """;

    public async Task<Webhook?> FindWebhookAsync(DueEntry entry, CancellationToken cancellationToken)
    {
        var parameters = new { journey = entry.JourneyId.Value, id = entry.Id.Value };
        return await database.FindAsync<WebhookRow>(entry.TenantId, FindWebhook, parameters, cancellationToken) is { } row
            ? new Webhook(row.Name, new JourneyTarget(row.TargetUrl, row.TargetSecret), row.EnteredAt,
                await events.FindAsync(entry.TenantId, row.EventId, cancellationToken))
            : null;
    }

    public Task<IReadOnlyList<DueEntry>> FindDueAsync(IReadOnlyCollection<JourneyEntryId> known, int limitOfEach, CancellationToken cancellationToken) =>
        database.QueryAsync<DueEntry>(TenantScope.All, FindDue, new { known = known.Select(id => id.Value).ToArray(), limit = limitOfEach }, cancellationToken);

    public Task SaveAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken) => database.ExecuteAsync(TenantScope.All, Save, new
    {
        tenants = attempts.Select(attempt => attempt.Entry.TenantId.Value).ToArray(),
        journeys = attempts.Select(attempt => attempt.Entry.JourneyId.Value).ToArray(),
        ids = attempts.Select(attempt => attempt.Entry.Id.Value).ToArray(),
        states = attempts.Select(attempt => JsonNamingPolicy.CamelCase.ConvertName(attempt.State.ToString())).ToArray(),
        attempts = attempts.Select(attempt => attempt.Attempts).ToArray(),
        at = attempts.Select(attempt => attempt.At).ToArray(),
        next_at = attempts.Select(attempt => attempt.NextAt).ToArray(),
        statuses = attempts.Select(attempt => attempt.Status).ToArray(),
    }, cancellationToken);

    private sealed class WebhookRow
    {
        public EventId EventId { get; init; }

        public DateTimeOffset EnteredAt { get; init; }

        public JourneyName Name { get; init; }

        public TargetUrl TargetUrl { get; init; }

        public required WebhookSecret TargetSecret { get; init; }
    }
}
