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

/// <summary>All events in one order that never changes, for whoever must miss none.</summary>
public sealed class FeedController(IMediator mediator) : ApiController
{
    /// <summary>Follow the feed of events</summary>
    /// <remarks>
    /// Every event once, in an order in which nothing ever slots in before what was read; one that was acknowledged before another
    /// was sent precedes it. Go on from `nextCursor`, also where a page is not full or empty. A cursor is good for any filter and page
    /// size, and for as long as what follows it is kept.
    /// With `Accept: text/event-stream` events come as soon as they can be read, as Server-Sent Events: `data` is the event, `id` its
    /// cursor. `Last-Event-ID` takes up a stream that broke off. While there are no events, an `id` alone comes every 15 seconds.
    /// </remarks>
    /// <param name="cursor">Where to go on: the `nextCursor` of the page before; without one, at the beginning.</param>
    /// <param name="pageSize">Events on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="wait">How many seconds to wait for an event where there is none yet; a stream always waits.</param>
    /// <param name="eventTypeId">Only events of this type.</param>
    /// <param name="lastEventId">Of a stream: the `id` that came last. Goes before `cursor`.</param>
    [HttpGet("events/feed"), Sends(typeof(ReadFeed), typeof(FollowFeed)), AnswersEventStream, Refuses(typeof(CursorInvalid), typeof(CursorExpired))]
    [ProducesResponseType<FeedResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEventFeed([FromQuery] string? cursor, [FromQuery] PageSize? pageSize, [FromQuery] FeedWait? wait,
        [FromQuery] EventTypeId? eventTypeId, [FromHeader(Name = "Last-Event-ID")] string? lastEventId) =>
        AnswersEventStreamAttribute.IsWanted(Request)
            ? Answer(await mediator.Send(new FollowFeed(Caller, eventTypeId, cursor, lastEventId, pageSize ?? PageSize.Default), Aborted),
                feed => new EventStreamResult(feed, mediator))
            : Answer(await mediator.Send(new ReadFeed(Caller, eventTypeId, cursor, pageSize ?? PageSize.Default, (IsHead ? null : wait) ?? default), Aborted));
}
