using System.Text;
using Flownally.Application.EventTypes;
using Flownally.Domain.EventTypes;
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

    private const string NameIsUnique = "event_types_name_is_unique";

    public async Task<EventTypeNameTaken?> AddAsync(EventType type, CancellationToken cancellationToken)
    {
        try
        {
            await database.ExecuteAsync(type.TenantId, Insert, Columns(type), cancellationToken);
            return null;
        }
        catch (PostgresException exception) when (exception.ConstraintName == NameIsUnique)
        {
            return new EventTypeNameTaken(type.Name);
        }
    }

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
