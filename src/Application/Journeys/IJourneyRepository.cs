using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

public interface IJourneyRepository
{
    /// <summary>Stores a new journey, a draft. From then on the type in its trigger cannot be deleted.</summary>
    /// <param name="limit">How many journeys the tenant may have; null for any number.</param>
    /// <returns><see cref="EventTypeUnknown"/>, <see cref="LimitReached"/>, or null once it is stored.</returns>
    Task<Error?> AddAsync(Journey journey, int? limit, CancellationToken cancellationToken);

    /// <summary>Takes hold of a journey: until it is let go, nobody else changes or deletes it, in any process.</summary>
    /// <returns>Null where there is no such journey, or it is deleted.</returns>
    Task<ILockedJourney?> LockAsync(TenantId tenant, JourneyId id, CancellationToken cancellationToken);
}

/// <summary>A journey that nobody else can touch. Disposing it lets go; what was not committed by then has not happened.</summary>
public interface ILockedJourney : IAsyncDisposable
{
    Journey Journey { get; }

    /// <summary>
    /// Writes the journey as it has become. Where it reacts to events otherwise than before, the interval in which it did so ends,
    /// and where it still reacts, another begins, at the same place of the feed.
    /// </summary>
    /// <param name="limitOfActive">How many active journeys may react to events of one type; null for any number.</param>
    /// <returns><see cref="EventTypeUnknown"/>, <see cref="LimitReached"/>, or null.</returns>
    Task<Error?> SaveAsync(Journey changed, int? limitOfActive, CancellationToken cancellationToken);

    /// <summary>Deletes it, and ends its interval. Its entries stay.</summary>
    Task DeleteAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Lets the delivery of an entry begin anew, at once.</summary>
    /// <returns>The entry as it becomes; null where the journey has none with this id.</returns>
    Task<JourneyEntryResponse?> RedeliverAsync(JourneyEntryId entry, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Lets the deliveries of many entries begin anew, at once, oldest first. Leaves out what waits for an attempt at once already, and
    /// what was asked for again since the walk began.
    /// </summary>
    /// <param name="after">How far the walk has come; null where it begins.</param>
    Task<RedeliveredPage> RedeliverAsync(RedeliverySelection selection, RedeliveryPlace? after, int limit, DateTimeOffset now,
        CancellationToken cancellationToken);

    /// <summary>Commits, and releases the lock.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}

/// <summary>Which entries are to be delivered again.</summary>
/// <param name="States">What became of them: one at least.</param>
/// <param name="EnteredFrom">Those that entered then or later; null for all.</param>
/// <param name="EnteredTo">Those that entered before; null for all.</param>
public sealed record RedeliverySelection(IReadOnlyList<DeliveryState> States, DateTimeOffset? EnteredFrom, DateTimeOffset? EnteredTo);

/// <param name="Redelivered">How many entries begin anew.</param>
/// <param name="Next">Where to go on; null where no entry is left.</param>
public sealed record RedeliveredPage(int Redelivered, RedeliveryPlace? Next);
