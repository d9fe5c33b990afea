using Flownally.Api.Http;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.OpenApi;
using Flownally.Application.Journeys;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.Journeys;

/// <summary>Contacts enter a journey with events, and each entry sends a webhook.</summary>
[Route("v1/journeys")]
public sealed class JourneysController(IMediator mediator) : ApiController
{
    /// <summary>List the journeys</summary>
    /// <remarks>The newest journey comes first.</remarks>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet, Sends(typeof(ListJourneys)), Refuses(typeof(PageTokenInvalid))]
    [ProducesResponseType<JourneysResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetJourneys([FromQuery] PageSize? pageSize, [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListJourneys(Caller, pageSize ?? PageSize.Default, pageToken), Aborted));

    /// <summary>Draft a journey</summary>
    /// <remarks>The journey reacts to no event until it is activated.</remarks>
    [HttpPost, Sends(typeof(CreateJourney)), Refuses(typeof(PayloadSchemaInvalid), typeof(EventTypeUnknown), typeof(LimitReached))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateJourney(CreateJourneyRequest request) =>
        Answer(await mediator.Send(request.ToCommand(Caller), Aborted), created =>
            Created($"/v1/journeys/{created.Journey.Id}", Tagged(created)));

    /// <summary>Read a journey</summary>
    [HttpGet("{id}"), Sends(typeof(GetJourney)), ProducesNotModified, Refuses(typeof(JourneyNotFound))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetJourney(JourneyId id) =>
        Answer(await mediator.Send(new GetJourney(Caller, id), Aborted), found => OkOrNotModified(found.Journey, found.Revision));

    /// <summary>Change a journey</summary>
    /// <remarks>
    /// Absent members do not change, also inside `triggerConfig` and `target`; null clears a member (RFC 7396). An active journey applies
    /// the change to events that are recorded after it. Earlier events follow the old settings.
    /// </remarks>
    /// <param name="ifMatch">The `ETag` of the version to change. If the journey has changed since, the call is refused with 412.</param>
    [HttpPatch("{id}"), Sends(typeof(UpdateJourney)), AcceptsMergePatch]
    [Refuses(typeof(JourneyNotFound), typeof(PayloadSchemaInvalid), typeof(EventTypeUnknown), typeof(JourneyNotReady), typeof(LimitReached),
        typeof(PreconditionFailed))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> UpdateJourney(
        JourneyId id, UpdateJourneyRequest request, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(request.ToCommand(Caller, id, ifMatch), Aborted), changed => Ok(Tagged(changed)));

    /// <summary>Delete a journey</summary>
    /// <remarks>
    /// No contact enters the journey any more, also not with events that were recorded before. Its entries can still be read.
    /// </remarks>
    /// <param name="ifMatch">The `ETag` of the version to delete. If the journey has changed since, the call is refused with 412.</param>
    [HttpDelete("{id}"), Sends(typeof(DeleteJourney)), Refuses(typeof(JourneyNotFound), typeof(PreconditionFailed))]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> DeleteJourney(JourneyId id, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(new DeleteJourney(Caller, id, ifMatch?.Revisions), Aborted), _ => NoContent());

    /// <summary>Activate a journey</summary>
    /// <remarks>The journey reacts to every event that is recorded from now on. An active journey stays active.</remarks>
    /// <param name="ifMatch">The `ETag` of the version to activate. If the journey has changed since, the call is refused with 412.</param>
    [HttpPost("{id}/activate"), Sends(typeof(ActivateJourney))]
    [Refuses(typeof(JourneyNotFound), typeof(JourneyNotReady), typeof(LimitReached), typeof(PreconditionFailed))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> ActivateJourney(JourneyId id, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(new ActivateJourney(Caller, id, ifMatch?.Revisions), Aborted), changed => Ok(Tagged(changed)));

    /// <summary>Pause a journey</summary>
    /// <remarks>
    /// The journey ignores events that are recorded from now on. If very many entries have delayed the tenant's journeys, it also ignores
    /// earlier events that were not processed yet. A journey that is not active stays as it is.
    /// </remarks>
    /// <param name="ifMatch">The `ETag` of the version to pause. If the journey has changed since, the call is refused with 412.</param>
    [HttpPost("{id}/pause"), Sends(typeof(PauseJourney)), Refuses(typeof(JourneyNotFound), typeof(PreconditionFailed))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> PauseJourney(JourneyId id, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(new PauseJourney(Caller, id, ifMatch?.Revisions), Aborted), changed => Ok(Tagged(changed)));

    /// <summary>List the entries into a journey</summary>
    /// <remarks>The newest entry comes first. The entries of a deleted journey can be read too.</remarks>
    /// <param name="state">Only entries whose delivery is in this state.</param>
    /// <param name="enteredFrom">Only entries at this time or later.</param>
    /// <param name="enteredTo">Only entries before this time.</param>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet("{id}/entries"), Sends(typeof(ListJourneyEntries)), Refuses(typeof(JourneyNotFound), typeof(PageTokenInvalid))]
    [ProducesResponseType<JourneyEntriesResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetJourneyEntries(
        JourneyId id, [FromQuery] EnumParameter<DeliveryState>? state, [FromQuery] Instant? enteredFrom,
        [FromQuery] Instant? enteredTo, [FromQuery] PageSize? pageSize, [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListJourneyEntries(Caller, id, pageSize ?? PageSize.Default, pageToken,
            new EntryFilter(state?.Value, enteredFrom?.Value, enteredTo?.Value)), Aborted));

    /// <summary>List the attempts to deliver an entry</summary>
    /// <remarks>
    /// The latest attempt comes first. The attempts of a deleted journey can be read too. An attempt is kept for 30 days.
    /// </remarks>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet("{id}/entries/{entryId}/attempts"), Sends(typeof(ListJourneyEntryAttempts))]
    [Refuses(typeof(JourneyNotFound), typeof(JourneyEntryNotFound), typeof(PageTokenInvalid))]
    [ProducesResponseType<JourneyEntryAttemptsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetJourneyEntryAttempts(JourneyId id, JourneyEntryId entryId, [FromQuery] PageSize? pageSize,
        [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListJourneyEntryAttempts(Caller, id, entryId, pageSize ?? PageSize.Default, pageToken), Aborted));

    /// <summary>Deliver an entry again</summary>
    /// <remarks>
    /// Sends the webhook of the entry at once, with the same `webhook-id`, in any state of its delivery. A failed attempt is retried on the
    /// same schedule as the first time.
    /// </remarks>
    [HttpPost("{id}/entries/{entryId}/redeliver"), Sends(typeof(RedeliverJourneyEntry))]
    [Refuses(typeof(JourneyNotFound), typeof(JourneyEntryNotFound), typeof(JourneyTargetMissing))]
    [ProducesResponseType<JourneyEntryResponse>(StatusCodes.Status202Accepted)]
    public async Task<IActionResult> RedeliverJourneyEntry(JourneyId id, JourneyEntryId entryId) =>
        Answer(await mediator.Send(new RedeliverJourneyEntry(Caller, id, entryId), Aborted), Accepted);

    /// <summary>Deliver many entries again</summary>
    /// <remarks>
    /// Redelivers up to 1,000 entries, oldest first; `nextPageToken` continues. Each entry is redelivered like by a separate call. From the
    /// first call to the last page each entry is redelivered once, also if a call is retried with its `pageToken`. First attempts do not
    /// wait for redeliveries.
    /// </remarks>
    [HttpPost("{id}/redeliver"), Sends(typeof(RedeliverJourneyEntries))]
    [Refuses(typeof(JourneyNotFound), typeof(JourneyTargetMissing), typeof(PageTokenInvalid))]
    [ProducesResponseType<RedeliveredEntriesResponse>(StatusCodes.Status202Accepted)]
    public async Task<IActionResult> RedeliverJourneyEntries(JourneyId id, RedeliverJourneyEntriesRequest request) =>
        Answer(await mediator.Send(request.ToCommand(Caller, id), Aborted), Accepted);

    private JourneyResponse Tagged(JourneyRevision revision) => Tagged(revision.Journey, revision.Revision);
}
