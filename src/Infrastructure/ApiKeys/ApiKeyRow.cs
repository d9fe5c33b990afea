using Flownally.Application.ApiKeys;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Tenants;

namespace Flownally.Infrastructure.ApiKeys;

/// <summary>A row of <c>api_keys</c>, with the limits of its tenant.</summary>
internal sealed class ApiKeyRow
{
    public ApiKeyId Id { get; init; }

    public TenantId TenantId { get; init; }

    public string? Name { get; init; }

    public Role Role { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>JSON that <see cref="OwnLimits"/> reads.</summary>
    public string? Limits { get; init; }

    /// <param name="limits">The limits of a tenant without own ones.</param>
    public KnownApiKey ToKnownApiKey(TenantLimits limits)
    {
        var key = new ApiKey
        {
            Id = Id,
            TenantId = TenantId,
            Name = Name,
            Role = Role,
            Scopes = Scopes,
            CreatedAt = CreatedAt,
            ExpiresAt = ExpiresAt,
            RevokedAt = RevokedAt,
        };
        return new KnownApiKey(key, Caller.With(key, limits.With(OwnLimits.Read(Limits))));
    }
}
