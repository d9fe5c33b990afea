using Flownally.Application.EventTypes;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.EventTypes;

internal sealed class EventTypeQueries(Database.Database database) : IEventTypeQueries
{
    private const string List = """
        SELECT id, tenant_id, name, description, payload_schema, predefined, schema_version, created_at, updated_at
        FROM   event_types
        WHERE  tenant_id = @tenant_id
        AND    (@after::text IS NULL OR name > @after)
        ORDER  BY name
        LIMIT  @limit;

        SELECT count(*)
        FROM   event_types
        WHERE  tenant_id = @tenant_id
        """;

    public Task<EventTypeRows> ListAsync(TenantId tenant, EventTypeName? after, int limit, CancellationToken cancellationToken) =>
        database.QueryMultipleAsync(tenant, List, new { after = after?.Value, limit }, async results => new EventTypeRows(
            [.. await results.ReadAsync<EventTypeResponse>()],
            await results.ReadSingleAsync<long>()), cancellationToken);
}
