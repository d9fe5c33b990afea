using System.Data;
using Flownally.Application.Tenants;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.EventTypes;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Tenants;

internal sealed class TenantRepository(Database database) : ITenantRepository
{
    private const string Insert = """
        INSERT INTO tenants (id, name, created_at)
        VALUES (@tenant_id, @name, @created_at)
        """;

    private const string Exists = """
        SELECT EXISTS (SELECT FROM tenants WHERE id = @tenant_id)
        """;

    private const string GetLimits = """
        SELECT json_object_agg(name, value)::text
        FROM   tenant_limits
        WHERE  tenant_id = @tenant_id
        """;

    /// <summary>One batch, which is one transaction.</summary>
    private const string SetLimits = """
        DELETE FROM tenant_limits
        WHERE  tenant_id = @tenant_id AND name = ANY (@taken_back);

        INSERT INTO tenant_limits (tenant_id, name, value)
        SELECT @tenant_id, name, value
        FROM   unnest(@names, @values) AS own (name, value)
        ON     CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value
        """;

    private const string All = """
        SELECT id, name, created_at
        FROM   tenants
        ORDER  BY id
        """;

    public async Task AddAsync(Tenant tenant, IReadOnlyCollection<EventType> eventTypes, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(tenant.Id, IsolationLevel.ReadCommitted, cancellationToken);
        await transaction.ExecuteAsync(Insert, new { name = tenant.Name, created_at = tenant.CreatedAt }, cancellationToken);
        foreach (var type in eventTypes)
        {
            var columns = EventTypeRepository.Columns(type, SchemaAcceptance.Created, by: null);
            await transaction.ExecuteAsync(EventTypeRepository.Insert, columns, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public Task<bool> ExistsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.FindAsync<bool>(tenant, Exists, null, cancellationToken);

    public async Task<IReadOnlyDictionary<TenantLimit, int?>> GetLimitsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        OwnLimits.Read(await database.FindAsync<string>(tenant, GetLimits, null, cancellationToken));

    public Task SetLimitsAsync(TenantId tenant, IReadOnlyDictionary<TenantLimit, LimitSetting> limits, CancellationToken cancellationToken)
    {
        var own = limits.Where(limit => !limit.Value.IsDefault).ToList();
        return database.ExecuteAsync(tenant, SetLimits, new
        {
            taken_back = limits.Where(limit => limit.Value.IsDefault).Select(limit => limit.Key.Name()).ToArray(),
            names = own.Select(limit => limit.Key.Name()).ToArray(),
            values = own.Select(limit => limit.Value.Value).ToArray(),
        }, cancellationToken);
    }

    public Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Tenant>(TenantScope.All, All, null, cancellationToken);
}
