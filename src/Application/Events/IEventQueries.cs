using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>Reads of events, straight into what callers see.</summary>
public interface IEventQueries
{
    Task<EventResponse?> FindAsync(TenantId tenant, EventId id, CancellationToken cancellationToken);

    /// <summary>A contact's events by <c>occurredAt</c>, then id, both descending.</summary>
    /// <param name="after">Where to go on; null for the beginning.</param>
    Task<EventRows> TimelineAsync(TenantId tenant, ContactId contact, EventTypeId? type, TimelinePosition? after, int limit,
        CancellationToken cancellationToken);

    /// <summary>A tenant's events by id, descending.</summary>
    /// <param name="before">Where to go on; null for the beginning.</param>
    Task<EventRows> ListAsync(TenantId tenant, EventTypeId? type, EventId? before, int limit, CancellationToken cancellationToken);
}

/// <param name="Events">At most as many as were asked for.</param>
/// <param name="TotalSize">All that match, wherever the reading began.</param>
public sealed record EventRows(IReadOnlyList<EventResponse> Events, long TotalSize);
