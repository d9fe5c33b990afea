using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Feed;

/// <summary>
/// The events in the order of the feed: nothing ever slots in before what was read. An event can be read as soon as every
/// transaction that began before its own has ended.
/// </summary>
public interface IEventFeed
{
    /// <summary>Reads a tenant's events that follow a place, all from one state of the log.</summary>
    /// <param name="type">Only events of this type; null for all.</param>
    /// <param name="after">Where to go on; null for the beginning, which is what retention has left.</param>
    Task<FeedView> ReadAsync(TenantId tenant, EventTypeId? type, FeedPlace? after, int limit, CancellationToken cancellationToken);
}

/// <summary>What one look at the log showed.</summary>
/// <param name="Events">At most as many as were asked for.</param>
/// <param name="Reached">How far the look went where it ended before all was looked at, as it may for events of one type; else null.</param>
/// <param name="Latest">The last place that can be read, whichever tenant's.</param>
/// <param name="Dropped">The last place that retention has dropped.</param>
/// <param name="Horizon">Everything before it can be read, and nothing else.</param>
public sealed record FeedView(IReadOnlyList<FeedEvent> Events, FeedPlace? Reached, FeedPlace Latest, FeedPlace Dropped, FeedHorizon Horizon)
{
    /// <summary>The page that the look was for.</summary>
    /// <returns>
    /// <see cref="CursorExpired"/> where retention has dropped something that follows the place, or where the place is none that
    /// can have been read: it comes from a history that is no more, since an older backup was restored.
    /// </returns>
    internal Result<FeedPage> PageAfter(FeedPlace? after, int limit)
    {
        if (after is { } place && (place.IsBefore(Dropped) || place.TransactionId >= Horizon.TransactionId))
        {
            return new CursorExpired(IsAhead: !place.IsBefore(Dropped));
        }

        // At the end, the place of any tenant's latest event, so that the cursor of a tenant that records seldom does not expire;
        // not the horizon, because a restored dump goes on counting right behind what is stored.
        return (Events.Count == limit ? Events[^1].Place : Reached) is { } further
            ? new FeedPage(Events, further, IsLast: false)
            : new FeedPage(Events, FeedPlace.Max(Latest, after ?? Dropped), IsLast: true);
    }
}

public sealed record FeedEvent(FeedPlace Place, EventResponse Event);

/// <summary>A piece of the feed.</summary>
/// <param name="Next">Where the next one begins.</param>
/// <param name="IsLast">Nothing more could be read when this was.</param>
public sealed record FeedPage(IReadOnlyList<FeedEvent> Events, FeedPlace Next, bool IsLast);
