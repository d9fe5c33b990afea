using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Lists the events of a tenant, latest recorded first.</summary>
/// <param name="EventTypeId">Only events of this type; null for all types.</param>
[Requires(Scopes.EventList)]
public sealed record ListEvents(Caller Caller, EventTypeId? EventTypeId, PageSize PageSize, string? PageToken)
    : TenantRequest(Caller), IRequest<Result<EventsResponse>>
{
    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => $"events {TenantId} {EventTypeId}";
}

internal sealed class ListEventsHandler(IEventQueries events) : IRequestHandler<ListEvents, Result<EventsResponse>>
{
    public async Task<Result<EventsResponse>> Handle(ListEvents request, CancellationToken cancellationToken)
    {
        if (!PageToken.TryReadId(request.List, request.PageToken, out var last))
        {
            return new PageTokenInvalid();
        }

        EventId? before = last is { } id ? new EventId(id) : null;
        var rows = await events.ListAsync(request.TenantId, request.EventTypeId, before, request.PageSize.Value + 1, cancellationToken);
        var page = Page.Of(rows.Events, request.PageSize, request.List, record => record.Id.Value.ToByteArray(bigEndian: true));
        return new EventsResponse(page.Records, page.NextToken, rows.TotalSize);
    }
}
