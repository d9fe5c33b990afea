using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

public interface IJourneyRepository
{
    /// <summary>Stores a draft. From then on the type in its trigger cannot be deleted.</summary>
    /// <param name="limit">Limit of the tenant's journeys; null for no limit.</param>
    /// <returns><see cref="EventTypeUnknown"/>, <see cref="LimitReached"/>, or null on success.</returns>
    Task<Error?> AddAsync(Journey journey, int? limit, CancellationToken cancellationToken);

    /// <summary>Locks a journey. Until the lock is released, no process can change or delete it.</summary>
    /// <returns>Null if the journey does not exist or is deleted.</returns>
    Task<ILockedJourney?> LockAsync(TenantId tenant, JourneyId id, CancellationToken cancellationToken);
}

/// <summary>A locked journey. Disposing it releases the lock and discards uncommitted changes.</summary>
public interface ILockedJourney : IAsyncDisposable
{
    Journey Journey { get; }

    /// <summary>
    /// Writes the changed journey. If its reaction to events changes, the interval of the old reaction ends, and an interval of the new
    /// reaction begins at the same place of the feed.
    /// </summary>
    /// <param name="activeLimit">Limit of active journeys that react to events of one type; null for no limit.</param>
    /// <returns><see cref="EventTypeUnknown"/>, <see cref="LimitReached"/>, or null on success.</returns>
    Task<Error?> SaveAsync(Journey changed, int? activeLimit, CancellationToken cancellationToken);

    /// <summary>Deletes the journey and ends its interval. Its entries stay.</summary>
    Task DeleteAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Restarts the delivery of an entry at once.</summary>
    /// <returns>The changed entry, or null if the journey has no such entry.</returns>
    Task<JourneyEntryResponse?> RedeliverAsync(JourneyEntryId entry, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Restarts the deliveries of many entries at once, oldest first. It skips entries that are already due and entries that were
    /// redelivered since the walk began.
    /// </summary>
    /// <param name="after">The position of the walk; null at its start.</param>
    Task<RedeliveredPage> RedeliverAsync(RedeliverySelection selection, RedeliveryPosition? after, int limit, DateTimeOffset now,
        CancellationToken cancellationToken);

    /// <summary>Commits and releases the lock.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}

/// <summary>Selects the entries to redeliver.</summary>
/// <param name="States">The delivery states of the entries, at least one.</param>
/// <param name="EnteredFrom">Only entries at this time or later; null for all.</param>
/// <param name="EnteredTo">Only entries before this time; null for all.</param>
public sealed record RedeliverySelection(IReadOnlyList<DeliveryState> States, DateTimeOffset? EnteredFrom, DateTimeOffset? EnteredTo);

/// <param name="Redelivered">The number of restarted deliveries.</param>
/// <param name="Next">The position of the walk; null at its end.</param>
public sealed record RedeliveredPage(int Redelivered, RedeliveryPosition? Next);
