using System.Data;
using System.Text;
using Flownally.Application.EventTypes;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Npgsql;

namespace Flownally.Infrastructure.EventTypes;

internal sealed class EventTypeRepository(Database.Database database) : IEventTypeRepository
{
    public const string Insert = """
        INSERT INTO event_types (tenant_id, id, name, description, payload_schema, predefined, schema_version, revision,
                                 created_at, updated_at)
        VALUES (@tenant_id, @id, @name, @description, @schema::json, @predefined, @schema_version, @revision,
                @created_at, @updated_at)
        """;

    private const string Find = """
        SELECT id, tenant_id, name, description, payload_schema, predefined, schema_version, revision, created_at, updated_at
        FROM   event_types
        WHERE  tenant_id = @tenant_id AND id = @id
        """;

    private const string Lock = $"""
        {Find}
        FOR    UPDATE
        """;

    private const string NameIsUnique = "event_types_name_is_unique";

    public async Task<EventTypeNameTaken?> AddAsync(EventType type, CancellationToken cancellationToken)
    {
        try
        {
            await database.ExecuteAsync(type.TenantId, Insert, Columns(type), cancellationToken);
            return null;
        }
        catch (PostgresException exception) when (IsNameTaken(exception))
        {
            return new EventTypeNameTaken(type.Name);
        }
    }

    public async Task<EventType?> FindAsync(TenantId tenant, EventTypeId id, CancellationToken cancellationToken) =>
        (await database.FindAsync<EventTypeRow>(tenant, Find, new { id = id.Value }, cancellationToken))?.ToEventType();

    public async Task<ILockedEventType?> LockAsync(TenantId tenant, EventTypeId id, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginAsync(tenant, IsolationLevel.ReadCommitted, cancellationToken);
        try
        {
            if (await transaction.FindAsync<EventTypeRow>(Lock, new { id = id.Value }, cancellationToken) is { } row)
            {
                return new LockedEventType(row.ToEventType(), transaction);
            }
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }

        await transaction.DisposeAsync();
        return null;
    }

    public static bool IsNameTaken(PostgresException exception) => exception.ConstraintName == NameIsUnique;

    /// <summary>A type as the parameters of <see cref="Insert"/>.</summary>
    public static object Columns(EventType type) => new
    {
        id = type.Id.Value,
        name = type.Name.Value,
        description = type.Description,
        schema = type.PayloadSchema is { } schema ? Encoding.UTF8.GetString(schema.Utf8.Span) : null,
        predefined = type.IsPredefined,
        schema_version = type.SchemaVersion,
        revision = type.Revision,
        created_at = type.CreatedAt,
        updated_at = type.UpdatedAt,
    };
}
