using Flownally.Domain;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Tenants;

/// <summary>Sets or resets limits of a tenant. Every process applies them within seconds.</summary>
/// <param name="Limits">The limits to change.</param>
public sealed record LimitTenant(TenantId TenantId, IReadOnlyDictionary<TenantLimit, LimitSetting> Limits) : IRequest<Result<TenantId>>;

internal sealed class LimitTenantHandler(ITenantRepository tenants) : IRequestHandler<LimitTenant, Result<TenantId>>
{
    public async Task<Result<TenantId>> Handle(LimitTenant request, CancellationToken cancellationToken)
    {
        if (!await tenants.ExistsAsync(request.TenantId, cancellationToken))
        {
            return new TenantNotFound(request.TenantId);
        }

        await tenants.SetLimitsAsync(request.TenantId, request.Limits, cancellationToken);
        return request.TenantId;
    }
}
