using Flownally.Api.Http;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.OpenApi;
using Flownally.Application.EventTypes;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.EventTypes;

/// <summary>The catalog of a tenant's event types.</summary>
[Route("v1/event-types")]
public sealed class EventTypesController(IMediator mediator) : ApiController
{
    /// <summary>List the event types</summary>
    /// <remarks>Predefined and custom types, by name in the order of the characters' codes.</remarks>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet, Sends(typeof(ListEventTypes)), Refuses(typeof(PageTokenInvalid))]
    [ProducesResponseType<EventTypesResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEventTypes([FromQuery] PageSize? pageSize, [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListEventTypes(Caller, pageSize ?? PageSize.Default, pageToken), Aborted));

    /// <summary>Add an event type</summary>
    /// <remarks>With a `payloadSchema`, only events with a valid payload are recorded.</remarks>
    [HttpPost, Sends(typeof(CreateEventType)), Refuses(typeof(PayloadSchemaInvalid), typeof(EventTypeNameTaken), typeof(LimitReached))]
    [ProducesResponseType<EventTypeResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateEventType(CreateEventTypeRequest request) =>
        Answer(await mediator.Send(request.ToCommand(Caller), Aborted), created =>
            Created($"/v1/event-types/{created.EventType.Id}", Tagged(created)));

    /// <summary>Read an event type</summary>
    [HttpGet("{id}"), Sends(typeof(GetEventType)), ProducesNotModified, Refuses(typeof(EventTypeNotFound))]
    [ProducesResponseType<EventTypeResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEventType(EventTypeId id) =>
        Answer(await mediator.Send(new GetEventType(Caller, id), Aborted), found => OkOrNotModified(found.EventType, found.Revision));

    /// <summary>List the versions of a schema</summary>
    /// <remarks>All schema versions of the type, newest first, with the reason for which each was accepted.</remarks>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet("{id}/versions"), Sends(typeof(ListEventTypeVersions)), Refuses(typeof(EventTypeNotFound), typeof(PageTokenInvalid))]
    [ProducesResponseType<EventTypeVersionsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetEventTypeVersions(EventTypeId id, [FromQuery] PageSize? pageSize, [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListEventTypeVersions(Caller, id, pageSize ?? PageSize.Default, pageToken), Aborted));

    /// <summary>Change an event type</summary>
    /// <remarks>
    /// Absent members do not change; null clears `description` or `payloadSchema` (RFC 7396). A new schema is accepted only if every stored
    /// event of the type fits it; otherwise the response contains the broken rules.
    /// </remarks>
    /// <param name="ifMatch">The `ETag` of the version to change. If the type has changed since, the call is refused with 412.</param>
    /// <param name="validateOnly">True validates the change and returns the changed type, but stores nothing.</param>
    [HttpPatch("{id}"), Sends(typeof(UpdateEventType)), AcceptsMergePatch]
    [Refuses(typeof(EventTypeNotFound), typeof(PayloadSchemaInvalid), typeof(EventTypeNameTaken), typeof(EventTypePredefined),
        typeof(SchemaIncompatible), typeof(PreconditionFailed))]
    [ProducesResponseType<EventTypeResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> UpdateEventType(EventTypeId id, UpdateEventTypeRequest request,
        [FromHeader(Name = "If-Match")] IfMatch? ifMatch, [FromQuery] Flag? validateOnly) =>
        Answer(await mediator.Send(request.ToCommand(Caller, id, ifMatch, validateOnly), Aborted), changed =>
            Ok(validateOnly?.Value == true ? changed.EventType : Tagged(changed)));

    /// <summary>Delete an event type</summary>
    /// <remarks>Only a custom type that no event and no journey uses can be deleted.</remarks>
    /// <param name="ifMatch">The `ETag` of the version to delete. If the type has changed since, the call is refused with 412.</param>
    [HttpDelete("{id}"), Sends(typeof(DeleteEventType))]
    [Refuses(typeof(EventTypeNotFound), typeof(EventTypePredefined), typeof(EventTypeInUse), typeof(PreconditionFailed))]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> DeleteEventType(EventTypeId id, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(new DeleteEventType(Caller, id, ifMatch?.Revisions), Aborted), _ => NoContent());

    private EventTypeResponse Tagged(EventTypeRevision revision) => Tagged(revision.EventType, revision.Revision);
}
