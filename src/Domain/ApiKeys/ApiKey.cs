using Flownally.Domain.Tenants;

namespace Flownally.Domain.ApiKeys;

/// <summary>Grants the holder of a secret access to a tenant, with a role and scopes. Only the hash of the secret is stored.</summary>
public sealed class ApiKey
{
    public required ApiKeyId Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>A label for people, at most 100 characters.</summary>
    public string? Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>A subset of <see cref="Scopes.All"/>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The key is refused from this instant on; null means never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <returns>The reason why the key is refused, or null if it is valid.</returns>
    public Unauthenticated? Refusal(DateTimeOffset now) => this switch
    {
        { RevokedAt: not null } => Unauthenticated.Revoked,
        { ExpiresAt: { } end } when end <= now => Unauthenticated.Expired,
        _ => null,
    };
}
