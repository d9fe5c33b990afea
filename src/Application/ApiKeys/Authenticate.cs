using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using MediatR;

namespace Flownally.Application.ApiKeys;

/// <summary>Finds who calls by an <c>Authorization</c> header (RFC 6750 §2.1).</summary>
/// <param name="From">Where the call comes from; calls from one place share what finding keys may cost.</param>
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
