using Flownally.Api.Authentication;
using Flownally.Application.Events;
using Flownally.Application.Paging;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.Events;

public sealed class EventsController(IMediator mediator) : ApiController
{
    private const string Replayed = "Idempotency-Replayed";

    [HttpPost("contacts/{contactId}/events"), RequireScope(Scopes.EventCreate)]
    public async Task<IActionResult> CreateContactEvent(ContactId contactId, CreateContactEventRequest request,
        [FromHeader(Name = "Idempotency-Key")] IdempotencyKey? key, CancellationToken cancellationToken) =>
        Answer(await mediator.Send(request.ToCommand(Tenant, contactId, key), cancellationToken), Created);

    [HttpGet("contacts/{contactId}/events"), RequireScope(Scopes.EventList)]
    public async Task<IActionResult> GetEventsByContact(ContactId contactId, [FromQuery] EventTypeId? eventTypeId,
        [FromQuery] PageSize? pageSize, [FromQuery] string? pageToken, CancellationToken cancellationToken) =>
        Answer(await mediator.Send(new ListContactEvents(Tenant, contactId, eventTypeId, pageSize ?? PageSize.Default, pageToken),
            cancellationToken));

    [HttpGet("events/{id}"), RequireScope(Scopes.EventRead)]
    public async Task<IActionResult> GetEvent(EventId id, CancellationToken cancellationToken) =>
        Answer(await mediator.Send(new GetEvent(Tenant, id), cancellationToken));

    private CreatedResult Created(RecordedEvent recorded)
    {
        if (recorded.Replayed)
        {
            Response.Headers[Replayed] = "true";
        }

        return Created($"/v1/events/{recorded.Event.Id}", recorded.Event);
    }
}
