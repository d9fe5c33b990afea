using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Feed;

/// <summary>
/// The events in the order of the feed. An event becomes readable when every transaction that began before its own has ended, so no
/// event ever appears before one that was already read.
/// </summary>
public interface IEventFeed
{
    /// <summary>Reads a tenant's events after a place, from one snapshot of the database.</summary>
    /// <param name="type">Only events of this type; null for all types.</param>
    /// <param name="after">Null for the beginning: the first event that retention has not deleted.</param>
    Task<FeedView> ReadAsync(TenantId tenant, EventTypeId? type, FeedPlace? after, int limit, CancellationToken cancellationToken);

    /// <summary>Finds the last place before which all of the tenant's events were created before <paramref name="createdFrom"/>.</summary>
    Task<FeedPlace> PlaceBeforeAsync(TenantId tenant, DateTimeOffset createdFrom, CancellationToken cancellationToken);
}

/// <summary>The result of one read of the feed.</summary>
/// <param name="Reached">The place where a read for events of one type stopped early; null if it reached the end.</param>
/// <param name="Latest">The last readable place of any tenant.</param>
/// <param name="Dropped">The last place that retention has deleted.</param>
/// <param name="Horizon">Exactly the events before it are readable.</param>
public sealed record FeedView(IReadOnlyList<FeedEvent> Events, FeedPlace? Reached, FeedPlace Latest, FeedPlace Dropped, FeedHorizon Horizon)
{
    /// <summary>Creates the page after a place.</summary>
    /// <returns>
    /// <see cref="CursorExpired"/> if retention has deleted an event after the place, or if no event can have been read at the place,
    /// because an older backup of the database was restored.
    /// </returns>
    internal Result<FeedPage> PageAfter(FeedPlace? after, int limit)
    {
        if (after is { } place && (place.IsBefore(Dropped) || place.TransactionId >= Horizon.TransactionId))
        {
            return new CursorExpired(IsAhead: !place.IsBefore(Dropped));
        }

        // At the end, the place of any tenant's latest event, so that the cursor of a tenant with few events does not expire.
        // The horizon would not do: after the restore of a dump, new events can get places before it.
        return (Events.Count == limit ? Events[^1].Place : Reached) is { } further
            ? new FeedPage(Events, further, IsLast: false)
            : new FeedPage(Events, FeedPlace.Max(Latest, after ?? Dropped), IsLast: true);
    }
}

public sealed record FeedEvent(FeedPlace Place, EventResponse Event);

/// <summary>A page of the feed.</summary>
/// <param name="Next">The place after which the next page starts.</param>
/// <param name="IsLast">Whether there were no more events at the time of the read.</param>
public sealed record FeedPage(IReadOnlyList<FeedEvent> Events, FeedPlace Next, bool IsLast);
