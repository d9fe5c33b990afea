using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

/// <summary>Reads of the catalog, straight into what callers see.</summary>
public interface IEventTypeQueries
{
    /// <summary>A tenant's types by name, in the order of their characters' codes.</summary>
    /// <param name="after">Where to go on; null for the beginning.</param>
    Task<EventTypeRows> ListAsync(TenantId tenant, EventTypeName? after, int limit, CancellationToken cancellationToken);

    /// <summary>The versions of a type's schema, newest first. Every type has at least one.</summary>
    /// <param name="before">Only versions with a lower number.</param>
    Task<EventTypeVersionRows> ListVersionsAsync(TenantId tenant, EventTypeId id, int before, int limit, CancellationToken cancellationToken);
}

/// <param name="EventTypes">At most as many as were asked for.</param>
/// <param name="TotalSize">All that the tenant has, wherever the reading began.</param>
public sealed record EventTypeRows(IReadOnlyList<EventTypeResponse> EventTypes, long TotalSize);

/// <param name="Versions">At most as many as were asked for.</param>
/// <param name="TotalSize">All that the type has, wherever the reading began; 0 where there is no such type.</param>
public sealed record EventTypeVersionRows(IReadOnlyList<EventTypeVersionResponse> Versions, long TotalSize);
