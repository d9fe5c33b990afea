using Flownally.Application.Tenants;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.ApiKeys;

/// <summary>Lists the keys of one tenant, or of all, revoked and expired ones included.</summary>
public sealed record ListApiKeys(TenantId? TenantId) : IRequest<Result<ApiKeyList>>;

public sealed record ApiKeyList(IReadOnlyList<ApiKey> Keys);

internal sealed class ListApiKeysHandler(ITenantRepository tenants, IApiKeyRepository keys)
    : IRequestHandler<ListApiKeys, Result<ApiKeyList>>
{
    public async Task<Result<ApiKeyList>> Handle(ListApiKeys request, CancellationToken cancellationToken) =>
        request.TenantId is { } tenant && !await tenants.ExistsAsync(tenant, cancellationToken)
            ? new TenantNotFound(tenant)
            : new ApiKeyList(await keys.ListAsync(request.TenantId, cancellationToken));
}
