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

/// <summary>Events of contacts.</summary>
public sealed class EventsController(IMediator mediator) : ApiController
{
    private const string Replayed = "Idempotency-Replayed";
    private const int MaxBatchBytes = 8 * 1024 * 1024;

    /// <summary>Record an event of a contact</summary>
    /// <remarks>The response is 201 when the event is valid, stored durably, and visible in every list and in the feed.</remarks>
    /// <param name="contactId">The contact's id in its own system.</param>
    /// <param name="idempotencyKey">
    /// An identical retry with the same key returns the first response, with `Idempotency-Replayed: true`.
    /// </param>
    [HttpPost("contacts/{contactId}/events"), Sends(typeof(RecordEvent)), RefusesRecording]
    [ProducesResponseType<EventResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateContactEvent(ContactId contactId, CreateContactEventRequest request,
        [FromHeader(Name = "Idempotency-Key")] IdempotencyKey? idempotencyKey) =>
        Answer(await mediator.Send(request.ToCommand(Caller, contactId, idempotencyKey), Aborted), Created);

    /// <summary>Record an event (old form)</summary>
    /// <remarks>This form stays supported. New code uses the contact's own address, which the `Link` header contains.</remarks>
    /// <param name="idempotencyKey">
    /// An identical retry with the same key returns the first response, with `Idempotency-Replayed: true`.
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
    /// Each event is recorded or refused separately. The response is 200 with a result for each event, in the same order. Give each event
    /// an `idempotencyKey`: when you retry a call, `sameRequest` shows which events were already recorded.
    /// </remarks>
    [HttpPost("events/batch"), Sends(typeof(RecordEvents)), RequestSizeLimit(MaxBatchBytes), RejectsHeader("Idempotency-Key")]
    [ProducesResponseType<RecordedEventsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> CreateEvents(CreateEventsRequest request) =>
        Answer(await mediator.Send(request.ToCommand(Caller), Aborted),
            recorded => Ok(RecordedEventsResponse.Of(recorded.Results, HttpContext)));

    /// <summary>List all events</summary>
    /// <remarks>In the order of recording; the event recorded last comes first unless `order=asc`.</remarks>
    /// <param name="eventTypeId">Only events of this type.</param>
    /// <param name="eventTypeName">Only events of this type.</param>
    /// <param name="contactId">Only events of this contact.</param>
    /// <param name="createdFrom">Only events whose `createdAt` is this time or later.</param>
    /// <param name="createdTo">Only events whose `createdAt` is before this time.</param>
    /// <param name="order">`desc` (default) or `asc`.</param>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet("events"), Sends(typeof(ListEvents)), Refuses(typeof(PageTokenInvalid))]
    [ProducesResponseType<EventsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEvents([FromQuery] EventTypeId? eventTypeId, [FromQuery] EventTypeName? eventTypeName,
        [FromQuery] ContactId? contactId, [FromQuery] Instant? createdFrom, [FromQuery] Instant? createdTo,
        [FromQuery] EnumParameter<EventOrder>? order, [FromQuery] PageSize? pageSize, [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListEvents(Caller, eventTypeId, pageSize ?? PageSize.Default, pageToken,
            eventTypeName, contactId, createdFrom?.Value, createdTo?.Value, order?.Value), Aborted));

    /// <summary>Read a contact's timeline</summary>
    /// <remarks>By `occurredAt`, then in the order of recording; the latest event comes first unless `order=asc`.</remarks>
    /// <param name="contactId">The contact's id in its own system.</param>
    /// <param name="eventTypeId">Only events of this type.</param>
    /// <param name="eventTypeName">Only events of this type.</param>
    /// <param name="occurredFrom">Only events whose `occurredAt` is this time or later.</param>
    /// <param name="occurredTo">Only events whose `occurredAt` is before this time.</param>
    /// <param name="order">`desc` (default) or `asc`.</param>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet("contacts/{contactId}/events"), Sends(typeof(ListContactEvents)), Refuses(typeof(PageTokenInvalid), typeof(ContactNotFound))]
    [ProducesResponseType<EventsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEventsByContact(ContactId contactId, [FromQuery] EventTypeId? eventTypeId,
        [FromQuery] EventTypeName? eventTypeName, [FromQuery] Instant? occurredFrom, [FromQuery] Instant? occurredTo,
        [FromQuery] EnumParameter<EventOrder>? order, [FromQuery] PageSize? pageSize, [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListContactEvents(Caller, contactId, eventTypeId, pageSize ?? PageSize.Default, pageToken,
            eventTypeName, occurredFrom?.Value, occurredTo?.Value, order?.Value), Aborted));

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
