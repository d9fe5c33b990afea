using System.Data;
using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Events;

/// <summary>
/// Lists of events by conditions, each of which may be absent. Such a statement is planned for its values: PostgreSQL then drops the
/// conditions that are absent, and chooses the index that suits the others.
/// </summary>
internal sealed class FilteredEvents(Database database)
{
    private const string PlanForValues = "SET LOCAL plan_cache_mode = force_custom_plan";

    /// <summary>Both bounds are exclusive. An id of zeros, which no event has, makes a bound by time alone.</summary>
    private const string Timeline = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id AND e.contact_id = @contact
        AND    (e.occurred_at, e.id) > (coalesce(@low_time::timestamptz, '-infinity'), @low_id::uuid)
        AND    (e.occurred_at, e.id) < (coalesce(@high_time::timestamptz, 'infinity'), @high_id::uuid)
        AND    (@type::uuid IS NULL OR e.event_type_id = @type)
        AND    (@type_name::text IS NULL OR t.name = @type_name)
        ORDER  BY e.occurred_at DESC, e.id DESC
        LIMIT  @limit
        """;

    private const string TimelineAscending = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id AND e.contact_id = @contact
        AND    (e.occurred_at, e.id) > (coalesce(@low_time::timestamptz, '-infinity'), @low_id::uuid)
        AND    (e.occurred_at, e.id) < (coalesce(@high_time::timestamptz, 'infinity'), @high_id::uuid)
        AND    (@type::uuid IS NULL OR e.event_type_id = @type)
        AND    (@type_name::text IS NULL OR t.name = @type_name)
        ORDER  BY e.occurred_at, e.id
        LIMIT  @limit
        """;

    private const string CountTimeline = """
        SELECT count(*)
        FROM   (SELECT
                FROM   events e
                JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
                WHERE  e.tenant_id = @tenant_id AND e.contact_id = @contact
                AND    e.occurred_at >= coalesce(@from::timestamptz, '-infinity')
                AND    e.occurred_at < coalesce(@to::timestamptz, 'infinity')
                AND    (@type::uuid IS NULL OR e.event_type_id = @type)
                AND    (@type_name::text IS NULL OR t.name = @type_name)
                LIMIT  @most) AS counted
        """;

    /// <summary>
    /// The bounds of the ids by time only save work: <c>created_at</c> decides. A minute is more than the two can differ by
    /// (<see cref="IdGenerator.MaxClockStepBack"/>).
    /// </summary>
    private const string List = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id AND e.id > @low AND e.id < @high
        AND    e.id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz - interval '1 minute', 'epoch')))
        AND    (@to::timestamptz IS NULL
                OR e.id < uuid_at(date_trunc('milliseconds', greatest(@to::timestamptz + interval '1 minute', 'epoch'))))
        AND    e.created_at >= coalesce(@from::timestamptz, '-infinity')
        AND    e.created_at < coalesce(@to::timestamptz, 'infinity')
        AND    (@contact::text IS NULL OR e.contact_id = @contact)
        AND    (@type::uuid IS NULL OR e.event_type_id = @type)
        AND    (@type_name::text IS NULL OR e.event_type_id = (SELECT n.id
                                                               FROM   event_types n
                                                               WHERE  n.tenant_id = @tenant_id AND n.name = @type_name))
        ORDER  BY e.id DESC
        LIMIT  @limit
        """;

    private const string ListAscending = """
        SELECT e.id, e.tenant_id, e.contact_id, e.event_type_id, t.name AS event_type_name, e.schema_version, e.payload,
               e.idempotency_key, e.occurred_at, e.created_at
        FROM   events e
        JOIN   event_types t ON t.tenant_id = e.tenant_id AND t.id = e.event_type_id
        WHERE  e.tenant_id = @tenant_id AND e.id > @low AND e.id < @high
        AND    e.id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz - interval '1 minute', 'epoch')))
        AND    (@to::timestamptz IS NULL
                OR e.id < uuid_at(date_trunc('milliseconds', greatest(@to::timestamptz + interval '1 minute', 'epoch'))))
        AND    e.created_at >= coalesce(@from::timestamptz, '-infinity')
        AND    e.created_at < coalesce(@to::timestamptz, 'infinity')
        AND    (@contact::text IS NULL OR e.contact_id = @contact)
        AND    (@type::uuid IS NULL OR e.event_type_id = @type)
        AND    (@type_name::text IS NULL OR e.event_type_id = (SELECT n.id
                                                               FROM   event_types n
                                                               WHERE  n.tenant_id = @tenant_id AND n.name = @type_name))
        ORDER  BY e.id
        LIMIT  @limit
        """;

    private const string CountList = """
        SELECT count(*)
        FROM   (SELECT
                FROM   events e
                WHERE  e.tenant_id = @tenant_id
                AND    e.id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz - interval '1 minute', 'epoch')))
                AND    (@to::timestamptz IS NULL
                        OR e.id < uuid_at(date_trunc('milliseconds', greatest(@to::timestamptz + interval '1 minute', 'epoch'))))
                AND    e.created_at >= coalesce(@from::timestamptz, '-infinity')
                AND    e.created_at < coalesce(@to::timestamptz, 'infinity')
                AND    (@contact::text IS NULL OR e.contact_id = @contact)
                AND    (@type::uuid IS NULL OR e.event_type_id = @type)
                AND    (@type_name::text IS NULL OR e.event_type_id = (SELECT n.id
                                                                       FROM   event_types n
                                                                       WHERE  n.tenant_id = @tenant_id AND n.name = @type_name))
                LIMIT  @most) AS counted
        """;

    public Task<EventRows> TimelineAsync(TenantId tenant, ContactId contact, TimelineFilter filter, TimelinePosition? after, int limit,
        CancellationToken cancellationToken)
    {
        var (from, to) = (filter.From, filter.To);
        var isAscending = filter.Order == EventOrder.Asc;
        var (low, high) = isAscending ? (after, null) : ((TimelinePosition?)null, after);
        return ReadAsync(tenant, isAscending ? TimelineAscending : Timeline, CountTimeline, new
        {
            contact = contact.Value,
            low_time = low?.OccurredAt ?? from,
            low_id = low?.Id.Value ?? Guid.Empty,
            high_time = high?.OccurredAt ?? to,
            high_id = high?.Id.Value ?? (to is null ? Guid.AllBitsSet : Guid.Empty),
            from,
            to,
            type = filter.TypeId?.Value,
            type_name = filter.TypeName?.Value,
            limit,
            most = IEventQueries.MaxCount + 1,
        }, cancellationToken);
    }

    public Task<EventRows> ListAsync(TenantId tenant, EventFilter filter, EventId? after, int limit, CancellationToken cancellationToken)
    {
        var isAscending = filter.Order == EventOrder.Asc;
        var (low, high) = isAscending ? (after, null) : ((EventId?)null, after);
        return ReadAsync(tenant, isAscending ? ListAscending : List, CountList, new
        {
            low = low?.Value ?? Guid.Empty,
            high = high?.Value ?? Guid.AllBitsSet,
            from = filter.From,
            to = filter.To,
            contact = filter.ContactId?.Value,
            type = filter.TypeId?.Value,
            type_name = filter.TypeName?.Value,
            limit,
            most = IEventQueries.MaxCount + 1,
        }, cancellationToken);
    }

    private async Task<EventRows> ReadAsync(
        TenantId tenant, string list, string count, object parameters, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(tenant, IsolationLevel.Snapshot, cancellationToken);
        await transaction.ExecuteAsync(PlanForValues, null, cancellationToken);
        var events = await transaction.QueryAsync<EventResponse>(list, parameters, cancellationToken);
        var total = await transaction.FindAsync<long>(count, parameters, cancellationToken);
        return new EventRows(events, Math.Min(total, IEventQueries.MaxCount), HasMore: total > IEventQueries.MaxCount);
    }
}
