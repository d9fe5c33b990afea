using Flownally.Application.EventTypes;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Caching;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.EventTypes;

/// <summary>
/// Reads event types through a cache, so that a schema is compiled once, not for each event. The cache may be stale without harm, because
/// the recording statement compares the type's revision.
/// </summary>
internal sealed class EventTypeCatalog(Database database) : IEventTypeCatalog, IDisposable
{
    private const long MaxBytes = 64 * 1024 * 1024;

    /// <summary>Estimated bytes of a type without its schema.</summary>
    private const long BytesOfType = 1_000;

    private const string Find = """
        SELECT id, tenant_id, name, description, payload_schema, predefined, schema_version, revision, created_at, updated_at
        FROM   event_types
        WHERE  tenant_id = @tenant_id AND (id = @id OR name = @name)
        """;

    private readonly TenantCache<(TenantId, EventTypeReference), EventType> _cache = new(MaxBytes);

    public async ValueTask<EventType?> FindAsync(
        TenantId tenant, EventTypeReference reference, bool fresh, CancellationToken cancellationToken)
    {
        var cached = _cache.Find((tenant, reference));
        if (!fresh && cached is not null)
        {
            return cached;
        }

        Guid? id = EventTypeId.TryParse(reference.Id, null, out var parsed) ? parsed.Value : null;
        var row = await database.FindAsync<EventTypeRow>(tenant, Find, new { id, name = reference.Name }, cancellationToken);
        if (row is null)
        {
            return null;
        }

        if (cached?.Id == row.Id && cached.Revision == row.Revision)
        {
            return cached; // its schema is already compiled
        }

        var type = row.ToEventType();
        return _cache.Add(tenant, (tenant, reference), type, BytesOfType + (type.PayloadSchema?.Weight ?? 0));
    }

    public void Dispose() => _cache.Dispose();
}
