using System.Data;
using System.Text;
using Flownally.Application.EventTypes;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Npgsql;

namespace Flownally.Infrastructure.EventTypes;

internal sealed class EventTypeRepository(Database database) : IEventTypeRepository
{
    public const string InsertVersion = """
        INSERT INTO event_type_versions (tenant_id, event_type_id, schema_version, payload_schema, accepted_by, api_key_id, created_at)
        VALUES (@tenant_id, @id, @schema_version, @schema::json, @accepted_by, @api_key_id, @updated_at)
        """;

    /// <summary>One batch, which is one transaction.</summary>
    public const string Insert = """
        INSERT INTO event_types (tenant_id, id, name, description, payload_schema, predefined, schema_version, revision,
                                 created_at, updated_at)
        VALUES (@tenant_id, @id, @name, @description, @schema::json, @predefined, @schema_version, @revision,
                @created_at, @updated_at);

        INSERT INTO event_type_versions (tenant_id, event_type_id, schema_version, payload_schema, accepted_by, api_key_id, created_at)
        VALUES (@tenant_id, @id, @schema_version, @schema::json, @accepted_by, @api_key_id, @updated_at)
        """;

    private const string Find = """
        SELECT id, tenant_id, name, description, payload_schema, predefined, schema_version, revision, created_at, updated_at
        FROM   event_types
        WHERE  tenant_id = @tenant_id AND id = @id
        """;

    private const string Lock = """
        SELECT id, tenant_id, name, description, payload_schema, predefined, schema_version, revision, created_at, updated_at
        FROM   event_types
        WHERE  tenant_id = @tenant_id AND id = @id
        FOR    UPDATE
        """;

    /// <summary>
    /// A separate statement before the count: it waits for other transactions that add a type to the tenant, and the count then includes
    /// their types.
    /// </summary>
    private const string LockCount = "SELECT pg_advisory_xact_lock(hashtextextended('flownally.event-types ' || @tenant_id::uuid, 0))";

    private const string Count = """
        SELECT count(*)
        FROM   event_types
        WHERE  tenant_id = @tenant_id AND NOT predefined
        """;

    private const string NameIsUnique = "event_types_name_is_unique";

    public async Task<Error?> AddAsync(EventType type, ApiKeyId? by, int? limit, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(type.TenantId, IsolationLevel.ReadCommitted, cancellationToken);
        if (limit is { } max)
        {
            await transaction.ExecuteAsync(LockCount, null, cancellationToken);
            if (await transaction.FindAsync<long>(Count, null, cancellationToken) >= max)
            {
                return new LimitReached("event types", max);
            }
        }

        try
        {
            await transaction.ExecuteAsync(Insert, Columns(type, SchemaAcceptance.Created, by), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
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

    /// <summary>A type as the parameters of <see cref="Insert"/> and <see cref="InsertVersion"/>.</summary>
    public static object Columns(EventType type, SchemaAcceptance acceptance, ApiKeyId? by) => new
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
        accepted_by = acceptance.Text(),
        api_key_id = by?.Value,
    };
}
