using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using MediatR;

namespace Flownally.Application.ApiKeys;

/// <summary>Revokes a key permanently: every process refuses the next call with it.</summary>
public sealed record RevokeApiKey(ApiKeyId Id) : IRequest<Result<ApiKeyId>>;

internal sealed class RevokeApiKeyHandler(IApiKeyRepository keys, TimeProvider clock)
    : IRequestHandler<RevokeApiKey, Result<ApiKeyId>>
{
    public async Task<Result<ApiKeyId>> Handle(RevokeApiKey request, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(request.Id, clock.GetUtcNow(), cancellationToken) ? request.Id : new ApiKeyNotFound(request.Id);
}
