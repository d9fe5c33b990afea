using Flownally.Domain;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Tenants;

/// <summary>Lists all tenants, oldest first.</summary>
public sealed record ListTenants : IRequest<Result<TenantList>>;

public sealed record TenantList(IReadOnlyList<Tenant> Tenants);

internal sealed class ListTenantsHandler(ITenantRepository tenants) : IRequestHandler<ListTenants, Result<TenantList>>
{
    public async Task<Result<TenantList>> Handle(ListTenants request, CancellationToken cancellationToken) =>
        new TenantList(await tenants.ListAsync(cancellationToken));
}
