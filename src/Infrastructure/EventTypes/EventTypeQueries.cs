using Flownally.Application.EventTypes;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.EventTypes;

internal sealed class EventTypeQueries(Database database) : IEventTypeQueries
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

    private const string ListVersions = """
        SELECT schema_version, payload_schema, accepted_by, api_key_id AS by, created_at AS at
        FROM   event_type_versions
        WHERE  tenant_id = @tenant_id AND event_type_id = @id AND schema_version < @before
        ORDER  BY schema_version DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   event_type_versions
        WHERE  tenant_id = @tenant_id AND event_type_id = @id
        """;

    public Task<EventTypeRows> ListAsync(TenantId tenant, EventTypeName? after, int limit, CancellationToken cancellationToken) =>
        database.QueryMultipleAsync(tenant, List, new { after = after?.Value, limit }, async results => new EventTypeRows(
            [.. await results.ReadAsync<EventTypeResponse>()],
            await results.ReadSingleAsync<long>()), cancellationToken);

    public Task<EventTypeVersionRows> ListVersionsAsync(
        TenantId tenant, EventTypeId id, int before, int limit, CancellationToken cancellationToken) =>
        database.QueryMultipleAsync(tenant, ListVersions, new { id = id.Value, before, limit }, async results => new EventTypeVersionRows(
            [.. await results.ReadAsync<EventTypeVersionResponse>()],
            await results.ReadSingleAsync<long>()), cancellationToken);
}
