using Flownally.Application.Limits;
using Flownally.Domain;
using Flownally.Domain.Tenants;
using MediatR;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Tenants;

/// <summary>Reads the effective limits of a tenant.</summary>
public sealed record GetTenantLimits(TenantId TenantId) : IRequest<Result<TenantLimitsResponse>>;

public sealed record TenantLimitsResponse(TenantId TenantId, IReadOnlyList<TenantLimitResponse> Limits);

/// <param name="Name">Such as <c>events-per-second</c>.</param>
/// <param name="Value">Null for no limit.</param>
/// <param name="IsDefault">Whether the value is the default of all tenants.</param>
public sealed record TenantLimitResponse(string Name, int? Value, bool IsDefault);

internal sealed class GetTenantLimitsHandler(ITenantRepository tenants, IOptions<LimitOptions> options)
    : IRequestHandler<GetTenantLimits, Result<TenantLimitsResponse>>
{
    public async Task<Result<TenantLimitsResponse>> Handle(GetTenantLimits request, CancellationToken cancellationToken)
    {
        if (!await tenants.ExistsAsync(request.TenantId, cancellationToken))
        {
            return new TenantNotFound(request.TenantId);
        }

        var own = await tenants.GetLimitsAsync(request.TenantId, cancellationToken);
        var limits = options.Value.Tenants.With(own);
        return new TenantLimitsResponse(request.TenantId, [.. Enum.GetValues<TenantLimit>()
            .Select(limit => new TenantLimitResponse(limit.Name(), limits[limit], !own.ContainsKey(limit)))]);
    }
}
