using Flownally.Api.Http;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.OpenApi;
using Flownally.Application.Feed;
using Flownally.Application.Paging;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.Events;

/// <summary>All events in one fixed order, for readers that must not miss an event.</summary>
public sealed class FeedController(IMediator mediator) : ApiController
{
    /// <summary>Follow the feed of events</summary>
    /// <remarks>
    /// The feed returns every event once. A new event never appears before an event that was already read, and an event acknowledged
    /// before another one was sent precedes it. Continue from `nextCursor`, also after an empty page or one that is not full. A cursor is
    /// valid with any filter and page size until retention drops an event after it.
    /// With `Accept: text/event-stream` the response is a stream of Server-Sent Events: `data` is the event and `id` its cursor.
    /// `Last-Event-ID` resumes an interrupted stream. While there are no events, an `id` without data is sent every 15 seconds.
    /// </remarks>
    /// <param name="cursor">
    /// The `nextCursor` of the page before, or `latest` for the place after the latest readable event; without it the feed starts at its
    /// beginning.
    /// </param>
    /// <param name="startAt">
    /// Without a cursor the feed starts so that it contains every event that was created at this time or later.
    /// </param>
    /// <param name="pageSize">Events on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="wait">Seconds to wait if there is no event yet; a stream always waits.</param>
    /// <param name="eventTypeId">Only events of this type.</param>
    /// <param name="lastEventId">The last `id` of an interrupted stream. It takes precedence over `cursor`.</param>
    [HttpGet("events/feed"), Sends(typeof(ReadFeed), typeof(FollowFeed)), ProducesEventStream]
    [Refuses(typeof(CursorInvalid), typeof(CursorExpired))]
    [ProducesResponseType<FeedResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEventFeed([FromQuery] string? cursor, [FromQuery] Instant? startAt, [FromQuery] PageSize? pageSize,
        [FromQuery] FeedWait? wait, [FromQuery] EventTypeId? eventTypeId, [FromHeader(Name = "Last-Event-ID")] string? lastEventId) =>
        ProducesEventStreamAttribute.IsPreferred(Request)
            ? Answer(await mediator.Send(
                new FollowFeed(Caller, eventTypeId, cursor, lastEventId, pageSize ?? PageSize.Default, startAt?.Value), Aborted),
                feed => new EventStreamResult(feed, mediator))
            : Answer(await mediator.Send(new ReadFeed(
                Caller, eventTypeId, cursor, pageSize ?? PageSize.Default, (IsHead ? null : wait) ?? default, startAt?.Value), Aborted));
}
