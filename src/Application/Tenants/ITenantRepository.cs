using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Tenants;

public interface ITenantRepository
{
    /// <summary>Stores a tenant together with the catalog it begins with.</summary>
    Task AddAsync(Tenant tenant, IReadOnlyCollection<EventType> eventTypes, CancellationToken cancellationToken);

    Task<bool> ExistsAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>The limits that a tenant has of its own; null is no limit.</summary>
    Task<IReadOnlyDictionary<TenantLimit, int?>> GetLimitsAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Changes some of a tenant's limits; the others stay.</summary>
    Task SetLimitsAsync(TenantId tenant, IReadOnlyDictionary<TenantLimit, LimitSetting> limits, CancellationToken cancellationToken);

    /// <summary>All tenants, oldest first.</summary>
    Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken);
}
