using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

/// <summary>Queries of the catalog. The rows are responses.</summary>
public interface IEventTypeQueries
{
    /// <summary>Lists a tenant's types by name, in ordinal order.</summary>
    /// <param name="after">The last name of the previous page; null for the first page.</param>
    Task<EventTypeRows> ListAsync(TenantId tenant, EventTypeName? after, int limit, CancellationToken cancellationToken);

    /// <summary>Lists the versions of a type's schema, newest first. Every type has at least one.</summary>
    /// <param name="before">Only versions with a lower number are returned.</param>
    Task<EventTypeVersionRows> ListVersionsAsync(TenantId tenant, EventTypeId id, int before, int limit,
        CancellationToken cancellationToken);
}

/// <param name="TotalSize">The number of event types on all pages.</param>
public sealed record EventTypeRows(IReadOnlyList<EventTypeResponse> EventTypes, long TotalSize);

/// <param name="TotalSize">The number of versions on all pages; 0 if there is no such type.</param>
public sealed record EventTypeVersionRows(IReadOnlyList<EventTypeVersionResponse> Versions, long TotalSize);
