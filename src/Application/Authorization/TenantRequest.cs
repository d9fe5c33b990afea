using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Authorization;

/// <summary>A request on behalf of a tenant. Each one declares its scope by <see cref="RequiresAttribute"/>.</summary>
public abstract record TenantRequest(Caller Caller)
{
    public TenantId TenantId => Caller.TenantId;
}
