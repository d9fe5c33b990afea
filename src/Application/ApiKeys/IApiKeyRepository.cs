using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.ApiKeys;

public interface IApiKeyRepository
{
    Task AddAsync(ApiKey key, ApiKeySecret secret, CancellationToken cancellationToken);

    /// <summary>Finds the key of a secret, even if it is expired or revoked.</summary>
    /// <param name="from">The network of the call. A network with many unknown secrets waits behind networks with few.</param>
    /// <returns>Null if the secret is unknown.</returns>
    Task<KnownApiKey?> FindAsync(ApiKeySecret secret, AddressBlock from, CancellationToken cancellationToken);

    /// <param name="tenant">Null lists the keys of all tenants.</param>
    /// <returns>The keys, oldest first.</returns>
    Task<IReadOnlyList<ApiKey>> ListAsync(TenantId? tenant, CancellationToken cancellationToken);

    /// <summary>Revokes a key permanently, with immediate effect in every process.</summary>
    /// <returns>False if the key does not exist or is already revoked.</returns>
    Task<bool> RevokeAsync(ApiKeyId key, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <param name="Caller">The caller with the limits of its tenant. The instance stays the same until one of its properties changes.</param>
public sealed record KnownApiKey(ApiKey Key, Caller Caller);
