using Flownally.Application.Feed;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

public interface IEventTypeRepository
{
    /// <summary>Stores a new type, and the first version of its schema.</summary>
    /// <param name="by">The key that asked for it; null for an operator.</param>
    /// <param name="limit">How many types of its own the tenant may have; null for any number.</param>
    /// <returns><see cref="EventTypeNameTaken"/>, <see cref="LimitReached"/>, or null once it is stored.</returns>
    Task<Error?> AddAsync(EventType type, ApiKeyId? by, int? limit, CancellationToken cancellationToken);

    Task<EventType?> FindAsync(TenantId tenant, EventTypeId id, CancellationToken cancellationToken);

    /// <summary>
    /// Takes hold of a type: until it is let go, nobody else changes or deletes it, no event of it is recorded and no journey begins
    /// to use it, in any process. What is read through it afterwards includes everything that was there before.
    /// </summary>
    /// <returns>Null where there is no such type.</returns>
    Task<ILockedEventType?> LockAsync(TenantId tenant, EventTypeId id, CancellationToken cancellationToken);
}

/// <summary>A type that nobody else can touch. Disposing it lets go; what was not committed by then has not happened.</summary>
public interface ILockedEventType : IAsyncDisposable
{
    EventType Type { get; }

    Task<bool> HasEventsAsync(CancellationToken cancellationToken);

    /// <summary>Whether a journey that is not deleted has it in its trigger.</summary>
    Task<bool> HasJourneysAsync(CancellationToken cancellationToken);

    /// <summary>Reads the payloads recorded since a horizon, unless they are too many to keep others waiting for.</summary>
    /// <param name="limit">How many are too many; null for no limit.</param>
    /// <returns>False where there are more than the limit; then none was visited.</returns>
    Task<bool> ScanAsync(FeedHorizon since, int? limit, Action<StoredPayload> visit, CancellationToken cancellationToken);

    /// <summary>Writes the type as it has become, and the version of its schema where that is another one.</summary>
    /// <param name="acceptance">Why that version could be accepted.</param>
    /// <param name="by">The key that asked for it; null for an operator.</param>
    /// <returns><see cref="EventTypeNameTaken"/>, or null.</returns>
    Task<EventTypeNameTaken?> SaveAsync(EventType changed, SchemaAcceptance acceptance, ApiKeyId? by, CancellationToken cancellationToken);

    Task DeleteAsync(CancellationToken cancellationToken);

    /// <summary>Makes it happen, and lets go.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}
