using Flownally.Application.Feed;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

public interface IEventTypeRepository
{
    /// <summary>Stores a new type and the first version of its schema.</summary>
    /// <param name="by">The key that creates the type; null for an operator.</param>
    /// <param name="limit">Limit of the tenant's types without the predefined ones; null for no limit.</param>
    /// <returns><see cref="EventTypeNameTaken"/>, <see cref="LimitReached"/>, or null on success.</returns>
    Task<Error?> AddAsync(EventType type, ApiKeyId? by, int? limit, CancellationToken cancellationToken);

    Task<EventType?> FindAsync(TenantId tenant, EventTypeId id, CancellationToken cancellationToken);

    /// <summary>
    /// Locks a type. Until the lock is released, no process can change or delete the type, record an event of it, or use it in another
    /// journey. Reads through the locked type see all earlier changes.
    /// </summary>
    /// <returns>Null if there is no such type.</returns>
    Task<ILockedEventType?> LockAsync(TenantId tenant, EventTypeId id, CancellationToken cancellationToken);
}

/// <summary>A locked event type. Disposing it releases the lock and discards uncommitted changes.</summary>
public interface ILockedEventType : IAsyncDisposable
{
    EventType Type { get; }

    Task<bool> HasEventsAsync(CancellationToken cancellationToken);

    /// <summary>Whether the trigger of a journey uses the type. Deleted journeys do not count.</summary>
    Task<bool> HasJourneysAsync(CancellationToken cancellationToken);

    /// <summary>Reads the payloads recorded since a horizon, unless there are more than a limit.</summary>
    /// <param name="limit">Null for no limit. A scan keeps the callers that wait for the lock waiting.</param>
    /// <returns>False if there are more than the limit; then no payload was visited.</returns>
    Task<bool> ScanAsync(FeedHorizon since, int? limit, Action<StoredPayload> visit, CancellationToken cancellationToken);

    /// <summary>Writes the changed type, and a version of its schema if the schema changed.</summary>
    /// <param name="acceptance">The reason why the schema was accepted.</param>
    /// <param name="by">The key that makes the change; null for an operator.</param>
    /// <returns><see cref="EventTypeNameTaken"/>, or null on success.</returns>
    Task<EventTypeNameTaken?> SaveAsync(EventType changed, SchemaAcceptance acceptance, ApiKeyId? by, CancellationToken cancellationToken);

    Task DeleteAsync(CancellationToken cancellationToken);

    /// <summary>Commits and releases the lock.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}
