using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.ApiKeys;

public interface IApiKeyRepository
{
    Task AddAsync(ApiKey key, ApiKeySecret secret, CancellationToken cancellationToken);

    /// <summary>The key that a secret stands for, also an expired or revoked one; null where there is none.</summary>
    /// <param name="from">Who asks for many secrets that are not known waits behind those who ask for few.</param>
    Task<KnownApiKey?> FindAsync(ApiKeySecret secret, AddressBlock from, CancellationToken cancellationToken);

    /// <summary>A tenant's keys, or those of all tenants, oldest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(TenantId? tenant, CancellationToken cancellationToken);

    /// <summary>Ends a key for good, at once and in every process.</summary>
    /// <returns>False where there is no such key or it was revoked before.</returns>
    Task<bool> RevokeAsync(ApiKeyId key, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <param name="Caller">Who calls with the key, under the limits of its tenant; one and the same for as long as nothing of it changes.</param>
public sealed record KnownApiKey(ApiKey Key, Caller Caller);
