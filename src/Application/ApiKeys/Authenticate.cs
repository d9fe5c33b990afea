using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using MediatR;

namespace Flownally.Application.ApiKeys;

/// <summary>Finds the key behind an <c>Authorization</c> header (RFC 6750 §2.1).</summary>
public sealed record Authenticate(string? Authorization) : IRequest<Result<ApiKey>>;

internal sealed class AuthenticateHandler(IApiKeyRepository keys, TimeProvider clock) : IRequestHandler<Authenticate, Result<ApiKey>>
{
    private const string Scheme = "Bearer ";

    public async Task<Result<ApiKey>> Handle(Authenticate request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Authorization))
        {
            return Unauthenticated.Missing;
        }

        if (!request.Authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !ApiKeySecret.TryParse(request.Authorization.AsSpan(Scheme.Length).Trim(), out var secret))
        {
            return Unauthenticated.Malformed;
        }

        var key = await keys.FindAsync(secret, cancellationToken);
        if (key is null)
        {
            return Unauthenticated.Unknown;
        }

        return key.Refusal(clock.GetUtcNow()) is { } refusal ? refusal : key;
    }
}
