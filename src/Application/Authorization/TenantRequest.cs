using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Authorization;

/// <summary>A request that acts for a tenant. Each declares by <see cref="RequiresAttribute"/> who may send it.</summary>
public abstract record TenantRequest(Caller Caller)
{
    public TenantId TenantId => Caller.TenantId;
}
