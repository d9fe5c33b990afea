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

/// <summary>Journeys: contacts enter them with events, and a webhook tells of each entry.</summary>
[Route("v1/journeys")]
public sealed class JourneysController(IMediator mediator) : ApiController
{
    /// <summary>List the journeys</summary>
    /// <remarks>Newest first.</remarks>
    /// <param name="pageSize">Records on a page: 1 to 200 (default 50); larger values count as 200.</param>
    /// <param name="pageToken">The `nextPageToken` of the page before.</param>
    [HttpGet, Sends(typeof(ListJourneys)), Refuses(typeof(PageTokenInvalid))]
    [ProducesResponseType<JourneysResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetJourneys([FromQuery] PageSize? pageSize, [FromQuery] string? pageToken) =>
        Answer(await mediator.Send(new ListJourneys(Caller, pageSize ?? PageSize.Default, pageToken), Aborted));

    /// <summary>Draft a journey</summary>
    /// <remarks>It reacts to nothing until it is activated.</remarks>
    [HttpPost, Sends(typeof(CreateJourney)), Refuses(typeof(PayloadSchemaInvalid), typeof(EventTypeUnknown), typeof(LimitReached))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateJourney(CreateJourneyRequest request) =>
        Answer(await mediator.Send(request.ToCommand(Caller), Aborted), created =>
            Created($"/v1/journeys/{created.Journey.Id}", Tagged(created)));

    /// <summary>Read a journey</summary>
    [HttpGet("{id}"), Sends(typeof(GetJourney)), AnswersNotModified, Refuses(typeof(JourneyNotFound))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetJourney(JourneyId id) =>
        Answer(await mediator.Send(new GetJourney(Caller, id), Aborted), found => OkUnlessHad(found.Journey, found.Revision));

    /// <summary>Change a journey</summary>
    /// <remarks>
    /// Absent members stay as they are, also those of `triggerConfig` and `target`; null clears (RFC 7396). An active journey reacts to
    /// events that are recorded after the change as it says now, and to those before it as it said then.
    /// </remarks>
    /// <param name="ifMatch">The `ETag` that the change was decided on: if the journey has changed since, nothing happens.</param>
    [HttpPatch("{id}"), Sends(typeof(UpdateJourney)), TakesMergePatch]
    [Refuses(typeof(JourneyNotFound), typeof(PayloadSchemaInvalid), typeof(EventTypeUnknown), typeof(JourneyNotReady), typeof(LimitReached),
        typeof(PreconditionFailed))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> UpdateJourney(JourneyId id, UpdateJourneyRequest request, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(request.ToCommand(Caller, id, ifMatch), Aborted), changed => Ok(Tagged(changed)));

    /// <summary>Delete a journey</summary>
    /// <remarks>No contact enters it any more, not even with events that were recorded before. Its entries can still be read.</remarks>
    /// <param name="ifMatch">The `ETag` that the deletion was decided on: if the journey has changed since, nothing happens.</param>
    [HttpDelete("{id}"), Sends(typeof(DeleteJourney)), Refuses(typeof(JourneyNotFound), typeof(PreconditionFailed))]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> DeleteJourney(JourneyId id, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(new DeleteJourney(Caller, id, ifMatch?.Revisions), Aborted), _ => NoContent());

    /// <summary>Activate a journey</summary>
    /// <remarks>It reacts to every event that is recorded from now on. One that is active stays so.</remarks>
    /// <param name="ifMatch">The `ETag` that the activation was decided on: if the journey has changed since, nothing happens.</param>
    [HttpPost("{id}/activate"), Sends(typeof(ActivateJourney))]
    [Refuses(typeof(JourneyNotFound), typeof(JourneyNotReady), typeof(LimitReached), typeof(PreconditionFailed))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> ActivateJourney(JourneyId id, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(new ActivateJourney(Caller, id, ifMatch?.Revisions), Aborted), changed => Ok(Tagged(changed)));

    /// <summary>Pause a journey</summary>
    /// <remarks>
    /// Events that are recorded from now on pass it by. So do earlier ones that were not read yet, where very many entries have put the
    /// workspace behind. One that is not active stays as it is.
    /// </remarks>
    /// <param name="ifMatch">The `ETag` that the pause was decided on: if the journey has changed since, nothing happens.</param>
    [HttpPost("{id}/pause"), Sends(typeof(PauseJourney)), Refuses(typeof(JourneyNotFound), typeof(PreconditionFailed))]
    [ProducesResponseType<JourneyResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> PauseJourney(JourneyId id, [FromHeader(Name = "If-Match")] IfMatch? ifMatch) =>
        Answer(await mediator.Send(new PauseJourney(Caller, id, ifMatch?.Revisions), Aborted), changed => Ok(Tagged(changed)));

    /// <summary>List the entries into a journey</summary>
    /// <remarks>Newest first; also of a journey that is deleted.</remarks>
    /// <param name="state">Only entries whose delivery is in this state.</param>
    /// <param name="enteredFrom">Only entries of then or later.</param>
    /// <param name="enteredTo">Only entries of before.</param>
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
    /// <remarks>Latest first; also of a journey that is deleted. An attempt is kept for 30 days.</remarks>
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
    /// The journey's target is told of the entry at once, under the same `webhook-id`, whatever became of it before; where that fails,
    /// it is tried again as often as the first time.
    /// </remarks>
    [HttpPost("{id}/entries/{entryId}/redeliver"), Sends(typeof(RedeliverJourneyEntry))]
    [Refuses(typeof(JourneyNotFound), typeof(JourneyEntryNotFound), typeof(JourneyTargetMissing))]
    [ProducesResponseType<JourneyEntryResponse>(StatusCodes.Status202Accepted)]
    public async Task<IActionResult> RedeliverJourneyEntry(JourneyId id, JourneyEntryId entryId) =>
        Answer(await mediator.Send(new RedeliverJourneyEntry(Caller, id, entryId), Aborted), Accepted);

    /// <summary>Deliver many entries again</summary>
    /// <remarks>
    /// Takes up to 1,000 entries, oldest first, and goes on with `nextPageToken`. Each is delivered as if it had been asked for alone.
    /// A walk from the first call to the last page takes up each entry once, also where a call is repeated with its `pageToken`.
    /// First attempts do not wait for them.
    /// </remarks>
    [HttpPost("{id}/redeliver"), Sends(typeof(RedeliverJourneyEntries))]
    [Refuses(typeof(JourneyNotFound), typeof(JourneyTargetMissing), typeof(PageTokenInvalid))]
    [ProducesResponseType<RedeliveredEntriesResponse>(StatusCodes.Status202Accepted)]
    public async Task<IActionResult> RedeliverJourneyEntries(JourneyId id, RedeliverJourneyEntriesRequest request) =>
        Answer(await mediator.Send(request.ToCommand(Caller, id), Aborted), Accepted);

    private JourneyResponse Tagged(JourneyRevision shown) => Tagged(shown.Journey, shown.Revision);
}
