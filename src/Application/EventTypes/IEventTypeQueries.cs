using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

/// <summary>Reads of the catalog, straight into what callers see.</summary>
public interface IEventTypeQueries
{
    /// <summary>A tenant's types by name, in the order of their characters' codes.</summary>
    /// <param name="after">Where to go on; null for the beginning.</param>
    Task<EventTypeRows> ListAsync(TenantId tenant, EventTypeName? after, int limit, CancellationToken cancellationToken);
}

/// <param name="EventTypes">At most as many as were asked for.</param>
/// <param name="TotalSize">All that the tenant has, wherever the reading began.</param>
public sealed record EventTypeRows(IReadOnlyList<EventTypeResponse> EventTypes, long TotalSize);
