using Flownally.Application.Authorization;
using Flownally.Application.Events;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.Feed;

/// <summary>Reads a page of a tenant's feed after a cursor, and waits if there are no events yet.</summary>
/// <param name="EventTypeId">Only events of this type; null for all types.</param>
/// <param name="Cursor">A cursor, or <see cref="FeedStart.Latest"/>; null or empty for none.</param>
/// <param name="StartAt">Without a cursor: events that were created at this time or later are not missed. Null for the beginning.</param>
[Requires(Scopes.EventList, OpenToViewers = true)]
public sealed record ReadFeed(Caller Caller, EventTypeId? EventTypeId, string? Cursor, PageSize PageSize, FeedWait Wait,
    DateTimeOffset? StartAt = null)
    : TenantRequest(Caller), IRequest<Result<FeedResponse>>;

/// <param name="Events">The events in the order of the feed; possibly none, although more events follow.</param>
/// <param name="NextCursor">The cursor of the next page; always present.</param>
/// <example>
/// { "events": [{}], "nextCursor": "CrMGgjA1Zhu426IcwlNSMf0BKTGs2Sp3Sa8urWpOh8h93RHeUOzHBhGpjmK_tCU9KhBzpuZ_Dl8JpZV8ZZUDxg" }
/// </example>
public sealed record FeedResponse(IReadOnlyList<EventResponse> Events, string NextCursor);

internal sealed class ReadFeedHandler(IEventFeed feed, IFeedWatcher watcher, IFeedCursorKey key, TimeProvider clock)
    : IRequestHandler<ReadFeed, Result<FeedResponse>>
{
    /// <summary>Limit of a call's search for events of a rare type. Then the call responds with its progress.</summary>
    private static readonly TimeSpan MaxSearchTime = TimeSpan.FromSeconds(5);

    public async Task<Result<FeedResponse>> Handle(ReadFeed request, CancellationToken cancellationToken)
    {
        var cursors = await key.OpenAsync(cancellationToken);
        var found = await new FeedStart(request.Cursor, request.StartAt).FindAsync(request.TenantId, feed, cursors, cancellationToken);
        if (!found.IsSuccess)
        {
            return found.Error;
        }

        var after = found.Value;
        for (var start = clock.GetTimestamp(); ;)
        {
            var nextEvents = watcher.NextAsync(request.TenantId);
            var view = await feed.ReadAsync(request.TenantId, request.EventTypeId, after, request.PageSize.Value, cancellationToken);
            var page = view.PageAfter(after, request.PageSize.Value);
            if (!page.IsSuccess)
            {
                return page.Error;
            }

            var left = (page.Value.IsLast ? request.Wait.Time : MaxSearchTime) - clock.GetElapsedTime(start);
            if (page.Value.Events.Count > 0 || left <= TimeSpan.Zero
                || (page.Value.IsLast && await nextEvents.WithinAsync(left, clock, cancellationToken) is not true))
            {
                return new FeedResponse([.. page.Value.Events.Select(e => e.Event)], cursors.Write(page.Value.Next));
            }

            after = page.Value.Next;
        }
    }
}
