using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>Queries of events. The rows are responses.</summary>
public interface IEventQueries
{
    Task<EventResponse?> FindAsync(TenantId tenant, EventId id, CancellationToken cancellationToken);

    /// <summary>Lists a contact's events by <c>occurredAt</c>, then id, both descending.</summary>
    /// <param name="after">The last event of the previous page; null for the first page.</param>
    Task<EventRows> TimelineAsync(TenantId tenant, ContactId contact, EventTypeId? type, TimelinePosition? after, int limit,
        CancellationToken cancellationToken);

    /// <summary>Lists a tenant's events by id, descending.</summary>
    /// <param name="before">The last event of the previous page; null for the first page.</param>
    Task<EventRows> ListAsync(TenantId tenant, EventTypeId? type, EventId? before, int limit, CancellationToken cancellationToken);
}

/// <param name="TotalSize">The number of matching events on all pages.</param>
public sealed record EventRows(IReadOnlyList<EventResponse> Events, long TotalSize);
