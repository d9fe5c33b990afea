using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using MediatR;

namespace Flownally.Application.ApiKeys;

/// <summary>Finds the caller by an <c>Authorization</c> header (RFC 6750 §2.1).</summary>
/// <param name="From">The network of the call. All calls of a network share one budget for look-ups of keys.</param>
public sealed record Authenticate(string? Authorization, AddressBlock From = default) : IRequest<Result<Caller>>;

internal sealed class AuthenticateHandler(IApiKeyRepository keys, TimeProvider clock) : IRequestHandler<Authenticate, Result<Caller>>
{
    private const string Scheme = "Bearer ";

    public async Task<Result<Caller>> Handle(Authenticate request, CancellationToken cancellationToken)
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

        var known = await keys.FindAsync(secret, request.From, cancellationToken);
        if (known is null)
        {
            return Unauthenticated.Unknown;
        }

        return known.Key.Refusal(clock.GetUtcNow()) is { } refusal ? refusal : known.Caller;
    }
}
