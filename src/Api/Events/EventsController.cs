using Flownally.Api.Http;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.OpenApi;
using Flownally.Application.Events;
using Flownally.Application.Paging;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.Events;

/// <summary>Events of contacts: what happened, and when.</summary>
public sealed class EventsController(IMediator mediator) : ApiController
{
    private const string Replayed = "Idempotency-Replayed";
    private const int MaxBatchBytes = 8 * 1024 * 1024;

    /// <summary>Record an event of a contact</summary>
    /// <remarks>201 means: validated, durable, in every list, and in its place in the feed.</remarks>
    /// <param name="contactId">The contact, as its own system calls it.</param>
    /// <param name="idempotencyKey">
    /// An identical repeat under the same key is answered as the first time, with `Idempotency-Replayed: true`.
    /// </param>
    [HttpPost("contacts/{contactId}/events"), Sends(typeof(RecordEvent)), RefusesRecording]
    [ProducesResponseType<EventResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateContactEvent(ContactId contactId, CreateContactEventRequest request,
        [FromHeader(Name = "Idempotency-Key")] IdempotencyKey? idempotencyKey) =>
        Answer(await mediator.Send(request.ToCommand(Caller, contactId, idempotencyKey), Aborted), Created);

    /// <summary>Record an event (old form)</summary>
    /// <remarks>This form stays. New code records at the contact's own address, which the `Link` header names.</remarks>
    /// <param name="idempotencyKey">
    /// An identical repeat under the same key is answered as the first time, with `Idempotency-Replayed: true`.
    /// </param>
    [HttpPost("events"), Sends(typeof(RecordEvent)), RefusesRecording, Deprecated(2026, 1, 1)]
    [ProducesResponseType<EventResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateEvent(CreateEventRequest request,
        [FromHeader(Name = "Idempotency-Key")] IdempotencyKey? idempotencyKey)
    {
        Response.Headers.Link = $"</v1/contacts/{Uri.EscapeDataString(request.ContactId.Value)}/events>; rel=\"successor-version\"";
        return Answer(await mediator.Send(request.ToCommand(Caller, idempotencyKey), Aborted), Created);
    }

    /// <summary>Record many events</summary>
    /// <remarks>
    /// Each event is recorded or refused by itself. The answer is 200 with a result for each, in the same order.
    /// Give each event an `idempotencyKey`: when you repeat a call, `sameRequest` tells which events were recorded before.
    /// </remarks>
    [HttpPost("events/batch"), Sends(typeof(RecordEvents)), RequestSizeLimit(MaxBatchBytes), TakesNoHeader("Idempotency-Key")]
    [ProducesResponseType<RecordedEventsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> CreateEvents(CreateEventsRequest request) =>
        Answer(await mediator.Send(request.ToCommand(Caller), Aborted),
            recorded => Ok(RecordedEventsResponse.Of(recorded.Results, HttpContext)));

    /// <summary>List all events</summary>
    /// <remarks>Newest recorded first.</remarks>
    /// <param name="eventTypeId">Only events of this type.</param>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet("events"), Sends(typeof(ListEvents)), Refuses(typeof(PageTokenInvalid))]
    [ProducesResponseType<EventsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEvents([FromQuery] EventTypeId? eventTypeId, [FromQuery] PageSize? pageSize,
        [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListEvents(Caller, eventTypeId, pageSize ?? PageSize.Default, pageToken), Aborted));

    /// <summary>Read a contact's timeline</summary>
    /// <remarks>Latest `occurredAt` first; of two at the same time, the one recorded last.</remarks>
    /// <param name="contactId">The contact, as its own system calls it.</param>
    /// <param name="eventTypeId">Only events of this type.</param>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet("contacts/{contactId}/events"), Sends(typeof(ListContactEvents)), Refuses(typeof(PageTokenInvalid), typeof(ContactNotFound))]
    [ProducesResponseType<EventsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEventsByContact(ContactId contactId, [FromQuery] EventTypeId? eventTypeId,
        [FromQuery] PageSize? pageSize, [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListContactEvents(Caller, contactId, eventTypeId, pageSize ?? PageSize.Default, pageToken),
            Aborted));

    /// <summary>Read an event</summary>
    [HttpGet("events/{id}"), Sends(typeof(GetEvent)), Refuses(typeof(EventNotFound))]
    [ProducesResponseType<EventResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEvent(EventId id) =>
        Answer(await mediator.Send(new GetEvent(Caller, id), Aborted));

    private CreatedResult Created(RecordedEvent recorded)
    {
        if (recorded.Replayed)
        {
            Response.Headers[Replayed] = "true";
        }

        return Created($"/v1/events/{recorded.Event.Id}", recorded.Event);
    }
}
