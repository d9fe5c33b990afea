using System.Data;
using Flownally.Application.Tenants;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Database;
using Flownally.Infrastructure.EventTypes;

namespace Flownally.Infrastructure.Tenants;

internal sealed class TenantRepository(Database.Database database) : ITenantRepository
{
    private const string Insert = """
        INSERT INTO tenants (id, name, created_at)
        VALUES (@tenant_id, @name, @created_at)
        """;

    private const string Exists = """
        SELECT EXISTS (SELECT FROM tenants WHERE id = @tenant_id)
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
            await transaction.ExecuteAsync(EventTypeRepository.Insert, EventTypeRepository.Columns(type, SchemaAcceptance.Created, by: null), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public Task<bool> ExistsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.FindAsync<bool>(tenant, Exists, null, cancellationToken);

    public Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Tenant>(TenantScope.All, All, null, cancellationToken);
}
