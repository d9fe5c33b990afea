using Flownally.Application.EventTypes;
using Flownally.Application.Feed;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Infrastructure.Postgres;
using Npgsql;

namespace Flownally.Infrastructure.EventTypes;

/// <summary>
/// A row of <c>event_types</c> that is locked FOR UPDATE. Each statement after the lock has its own snapshot, so it sees events that were
/// recorded while this transaction waited for the lock.
/// </summary>
internal sealed class LockedEventType(EventType type, DatabaseTransaction transaction) : ILockedEventType
{
    private const string HasEvents = """
        SELECT EXISTS (SELECT FROM events WHERE tenant_id = @tenant_id AND event_type_id = @id)
        """;

    private const string HasJourneys = """
        SELECT EXISTS (SELECT FROM journeys WHERE tenant_id = @tenant_id AND trigger_event_type_id = @id AND deleted_at IS NULL)
        """;

    private const string Update = """
        UPDATE event_types
        SET    name = @name, description = @description, payload_schema = @schema::json, schema_version = @schema_version,
               revision = @revision, updated_at = @updated_at
        WHERE  tenant_id = @tenant_id AND id = @id
        """;

    private const string Delete = """
        DELETE FROM event_types
        WHERE  tenant_id = @tenant_id AND id = @id
        """;

    public EventType Type { get; } = type;

    public Task<bool> HasEventsAsync(CancellationToken cancellationToken) =>
        transaction.FindAsync<bool>(HasEvents, new { id = Type.Id.Value }, cancellationToken);

    public Task<bool> HasJourneysAsync(CancellationToken cancellationToken) =>
        transaction.FindAsync<bool>(HasJourneys, new { id = Type.Id.Value }, cancellationToken);

    public Task<bool> ScanAsync(FeedHorizon since, int? limit, Action<StoredPayload> visit, CancellationToken cancellationToken) =>
        StoredPayloads.TryVisitAsync(transaction, Type.Id, since, limit, visit, cancellationToken);

    public async Task<EventTypeNameTaken?> SaveAsync(
        EventType changed, SchemaAcceptance acceptance, ApiKeyId? by, CancellationToken cancellationToken)
    {
        var columns = EventTypeRepository.Columns(changed, acceptance, by);
        try
        {
            await transaction.ExecuteAsync(Update, columns, cancellationToken);
            if (changed.SchemaVersion != Type.SchemaVersion)
            {
                await transaction.ExecuteAsync(EventTypeRepository.InsertVersion, columns, cancellationToken);
            }

            return null;
        }
        catch (PostgresException exception) when (EventTypeRepository.IsNameTaken(exception))
        {
            return new EventTypeNameTaken(changed.Name);
        }
    }

    public Task DeleteAsync(CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(Delete, new { id = Type.Id.Value }, cancellationToken);

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
