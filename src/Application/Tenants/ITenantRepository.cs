using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Tenants;

public interface ITenantRepository
{
    /// <summary>Stores a tenant and its initial catalog.</summary>
    Task AddAsync(Tenant tenant, IReadOnlyCollection<EventType> eventTypes, CancellationToken cancellationToken);

    Task<bool> ExistsAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>The tenant's own limits; a null value means no limit.</summary>
    Task<IReadOnlyDictionary<TenantLimit, int?>> GetLimitsAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Changes the given limits; the others do not change.</summary>
    Task SetLimitsAsync(TenantId tenant, IReadOnlyDictionary<TenantLimit, LimitSetting> limits, CancellationToken cancellationToken);

    /// <summary>All tenants, oldest first.</summary>
    Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken);
}
