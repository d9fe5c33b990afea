using Flownally.Application.ApiKeys;
using Flownally.Application.Limits;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.ApiKeys;

internal sealed class ApiKeyRepository(Database database, ApiKeyCache cache, IOptions<LimitOptions> limits) : IApiKeyRepository
{
    private const string Insert = """
        INSERT INTO api_keys (tenant_id, id, secret_hash, name, role, scopes, created_at, expires_at)
        VALUES (@tenant_id, @id, @hash, @name, @role, @scopes, @created_at, @expires_at)
        """;

    private const string Find = """
        SELECT id, tenant_id, name, role, scopes, created_at, expires_at, revoked_at,
               (SELECT json_object_agg(name, value)::text FROM tenant_limits WHERE tenant_id = api_keys.tenant_id) AS limits
        FROM   api_keys
        WHERE  secret_hash = @hash
        """;

    private const string List = """
        SELECT id, tenant_id, name, role, scopes, created_at, expires_at, revoked_at
        FROM   api_keys
        WHERE  tenant_id = @tenant_id
        ORDER  BY id
        """;

    private const string ListAll = """
        SELECT id, tenant_id, name, role, scopes, created_at, expires_at, revoked_at
        FROM   api_keys
        ORDER  BY id
        """;

    private const string Revoke = """
        UPDATE api_keys
        SET    revoked_at = @now
        WHERE  id = @id AND revoked_at IS NULL
        """;

    public Task AddAsync(ApiKey key, ApiKeySecret secret, CancellationToken cancellationToken) =>
        database.ExecuteAsync(key.TenantId, Insert, new
        {
            id = key.Id.Value,
            hash = secret.Hash(),
            name = key.Name,
            role = key.Role.Text(),
            scopes = key.Scopes.ToArray(),
            created_at = key.CreatedAt,
            expires_at = key.ExpiresAt,
        }, cancellationToken);

    public Task<KnownApiKey?> FindAsync(ApiKeySecret secret, AddressBlock from, CancellationToken cancellationToken) =>
        cache.FindAsync(secret.Hash(), from, async hash =>
        {
            var row = await database.FindAsync<ApiKeyRow>(TenantScope.All, Find, new { hash }, cancellationToken);
            return row?.ToKnownApiKey(limits.Value.Tenants);
        }, cancellationToken);

    public Task<IReadOnlyList<ApiKey>> ListAsync(TenantId? tenant, CancellationToken cancellationToken) => tenant is { } one
        ? database.QueryAsync<ApiKey>(one, List, null, cancellationToken)
        : database.QueryAsync<ApiKey>(TenantScope.All, ListAll, null, cancellationToken);

    public async Task<bool> RevokeAsync(ApiKeyId key, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(TenantScope.All, Revoke, new { id = key.Value, now }, cancellationToken) == 1;
}
