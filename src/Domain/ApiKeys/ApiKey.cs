using Flownally.Domain.Tenants;

namespace Flownally.Domain.ApiKeys;

/// <summary>What a secret stands for: a tenant, a role and scopes. The secret itself is not kept.</summary>
public sealed class ApiKey
{
    public required ApiKeyId Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>What people call it, at most 100 characters.</summary>
    public string? Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>A subset of <see cref="Scopes.All"/>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From this instant on the key is refused; null means never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Whether the key may still be used.</summary>
    /// <returns>The refusal, or null.</returns>
    public Unauthenticated? Refusal(DateTimeOffset now) => this switch
    {
        { RevokedAt: not null } => Unauthenticated.Revoked,
        { ExpiresAt: { } end } when end <= now => Unauthenticated.Expired,
        _ => null,
    };
}
