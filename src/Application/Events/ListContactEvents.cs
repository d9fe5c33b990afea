using Flownally.Application.Authorization;
using Flownally.Application.Contacts;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Lists a contact's timeline, latest event first.</summary>
/// <param name="EventTypeId">Only events of this type; null for all types.</param>
[Requires(Scopes.EventList)]
public sealed record ListContactEvents(Caller Caller, ContactId ContactId, EventTypeId? EventTypeId, PageSize PageSize, string? PageToken)
    : TenantRequest(Caller), IRequest<Result<EventsResponse>>
{
    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => $"timeline {TenantId} {ContactId} {EventTypeId}";
}

internal sealed class ListContactEventsHandler(ContactGate gate, IEventQueries events)
    : IRequestHandler<ListContactEvents, Result<EventsResponse>>
{
    public async Task<Result<EventsResponse>> Handle(ListContactEvents request, CancellationToken cancellationToken)
    {
        if (!PageToken.TryReadTimeAndId(request.List, request.PageToken, out var last))
        {
            return new PageTokenInvalid();
        }

        if (await gate.RefusalAsync(request.TenantId, request.ContactId, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        TimelinePosition? after = last is { } position ? new TimelinePosition(position.Time, new EventId(position.Id)) : null;
        var rows = await events.TimelineAsync(
            request.TenantId, request.ContactId, request.EventTypeId, after, request.PageSize.Value + 1, cancellationToken);
        var page = Page.Of(rows.Events, request.PageSize, request.List, e => PageToken.PositionOf(e.OccurredAt, e.Id.Value));
        return new EventsResponse(page.Records, page.NextToken, rows.TotalSize);
    }
}
