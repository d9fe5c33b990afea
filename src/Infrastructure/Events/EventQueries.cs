using Dapper;
using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Events;

internal sealed class EventQueries(Database database) : IEventQueries
{
    private const string One = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id AND e.id = @id
        """;

    /// <summary>
    /// Events of one type have separate statements, because an optional condition has no plan that is good for both cases.
    /// </summary>
    public const string Timeline = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id AND e.contact_id = @contact
        AND    (e.occurred_at, e.id) < (coalesce(@after_time::timestamptz, 'infinity'), @after_id::uuid)
        ORDER  BY e.occurred_at DESC, e.id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   events
        WHERE  tenant_id = @tenant_id AND contact_id = @contact
        """;

    private const string TimelineOfType = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id AND e.contact_id = @contact AND e.event_type_id = @type
        AND    (e.occurred_at, e.id) < (coalesce(@after_time::timestamptz, 'infinity'), @after_id::uuid)
        ORDER  BY e.occurred_at DESC, e.id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   events
        WHERE  tenant_id = @tenant_id AND contact_id = @contact AND event_type_id = @type
        """;

    private const string List = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id
        AND    e.id < @before
        ORDER  BY e.id DESC
        LIMIT  @limit;

        SELECT coalesce(sum(n), 0)::bigint
        FROM   event_counts
        WHERE  tenant_id = @tenant_id
        """;

    private const string ListOfType = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id AND e.event_type_id = @type
        AND    e.id < @before
        ORDER  BY e.id DESC
        LIMIT  @limit;

        SELECT coalesce(sum(n), 0)::bigint
        FROM   event_counts
        WHERE  tenant_id = @tenant_id AND event_type_id = @type
        """;

    /// <summary>Larger than every id.</summary>
    private static readonly EventId Last = new(Guid.AllBitsSet);

    private readonly FilteredEvents _filtered = new(database);

    public Task<EventResponse?> FindAsync(TenantId tenant, EventId id, CancellationToken cancellationToken) =>
        database.FindAsync<EventResponse>(tenant, One, new { id = id.Value }, cancellationToken);

    public Task<EventRows> TimelineAsync(TenantId tenant, ContactId contact, EventTypeId? type, TimelinePosition? after, int limit,
        CancellationToken cancellationToken) =>
        database.QueryMultipleAsync(tenant, type is null ? Timeline : TimelineOfType, new
        {
            contact = contact.Value,
            type = type?.Value,
            after_time = after?.OccurredAt,
            after_id = (after?.Id ?? Last).Value,
            limit,
        }, ReadPageAsync, cancellationToken);

    public Task<EventRows> ListAsync(TenantId tenant, EventTypeId? type, EventId? before, int limit, CancellationToken cancellationToken) =>
        database.QueryMultipleAsync(tenant, type is null ? List : ListOfType,
            new { type = type?.Value, before = (before ?? Last).Value, limit }, ReadPageAsync, cancellationToken);

    public Task<EventRows> FilterTimelineAsync(
        TenantId tenant, ContactId contact, TimelineFilter filter, TimelinePosition? after, int limit, CancellationToken cancellationToken) =>
        _filtered.TimelineAsync(tenant, contact, filter, after, limit, cancellationToken);

    public Task<EventRows> FilterListAsync(
        TenantId tenant, EventFilter filter, EventId? after, int limit, CancellationToken cancellationToken) =>
        _filtered.ListAsync(tenant, filter, after, limit, cancellationToken);

    private static async Task<EventRows> ReadPageAsync(SqlMapper.GridReader results) =>
        new([.. await results.ReadAsync<EventResponse>()], await results.ReadSingleAsync<long>());
}
