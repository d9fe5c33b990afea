using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>Queries of events. The rows are responses.</summary>
public interface IEventQueries
{
    /// <summary>The largest exact count of events that match a filter.</summary>
    const int MaxCount = 10_000;

    Task<EventResponse?> FindAsync(TenantId tenant, EventId id, CancellationToken cancellationToken);

    /// <summary>Lists a contact's events by <c>occurredAt</c>, then id, both descending.</summary>
    /// <param name="after">The last event of the previous page; null for the first page.</param>
    Task<EventRows> TimelineAsync(TenantId tenant, ContactId contact, EventTypeId? type, TimelinePosition? after, int limit,
        CancellationToken cancellationToken);

    /// <summary>Lists a tenant's events by id, descending.</summary>
    /// <param name="before">The last event of the previous page; null for the first page.</param>
    Task<EventRows> ListAsync(TenantId tenant, EventTypeId? type, EventId? before, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the events of a contact that match a filter, by <c>occurredAt</c>, then id. Counts them up to <see cref="MaxCount"/>.
    /// </summary>
    /// <param name="after">The last event of the previous page; null for the first page.</param>
    Task<EventRows> FilterTimelineAsync(TenantId tenant, ContactId contact, TimelineFilter filter, TimelinePosition? after, int limit,
        CancellationToken cancellationToken);

    /// <summary>Lists a tenant's events that match a filter, by id. Counts them up to <see cref="MaxCount"/>.</summary>
    /// <param name="after">The last event of the previous page; null for the first page.</param>
    Task<EventRows> FilterListAsync(TenantId tenant, EventFilter filter, EventId? after, int limit, CancellationToken cancellationToken);
}

/// <param name="TotalSize">The number of matching events on all pages.</param>
/// <param name="HasMore">Whether there are more matching events than <paramref name="TotalSize"/>.</param>
public sealed record EventRows(IReadOnlyList<EventResponse> Events, long TotalSize, bool HasMore = false);
