using Flownally.Application.Authorization;
using Flownally.Application.Contacts;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Reads a contact's timeline, page by page, newest moment first.</summary>
/// <param name="EventTypeId">Only events of this type; null for all.</param>
[Requires(Scopes.EventList)]
public sealed record ListContactEvents(Caller Caller, ContactId ContactId, EventTypeId? EventTypeId, PageSize PageSize, string? PageToken)
    : TenantRequest(Caller), IRequest<Result<EventsResponse>>
{
    /// <summary>Names the list that a page token is good for.</summary>
    internal string List => $"timeline {TenantId} {ContactId} {EventTypeId}";
}

internal sealed class ListContactEventsHandler(ContactGate gate, IEventQueries events)
    : IRequestHandler<ListContactEvents, Result<EventsResponse>>
{
    public async Task<Result<EventsResponse>> Handle(ListContactEvents request, CancellationToken cancellationToken)
    {
        TimelinePosition? after = null;
        if (request.PageToken is not null)
        {
            if (!PageToken.TryRead(request.List, request.PageToken, out var bytes) || !TimelinePosition.TryRead(bytes, out var position))
            {
                return new PageTokenInvalid();
            }

            after = position;
        }

        if (await gate.RefusalAsync(request.TenantId, request.ContactId, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var rows = await events.TimelineAsync(request.TenantId, request.ContactId, request.EventTypeId, after, request.PageSize.Value + 1, cancellationToken);
        var page = Page.Of(rows.Events, request.PageSize, request.List, last => new TimelinePosition(last.OccurredAt, last.Id).ToBytes());
        return new EventsResponse(page.Records, page.NextToken, rows.TotalSize);
    }
}
