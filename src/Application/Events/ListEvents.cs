using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Reads all events of a tenant, page by page, newest recorded first.</summary>
/// <param name="EventTypeId">Only events of this type; null for all.</param>
public sealed record ListEvents(TenantId TenantId, EventTypeId? EventTypeId, PageSize PageSize, string? PageToken) : IRequest<Result<EventsResponse>>
{
    /// <summary>Names the list that a page token is good for.</summary>
    internal string List => $"events {TenantId} {EventTypeId}";
}

internal sealed class ListEventsHandler(IEventQueries events) : IRequestHandler<ListEvents, Result<EventsResponse>>
{
    private const int IdLength = 16;

    public async Task<Result<EventsResponse>> Handle(ListEvents request, CancellationToken cancellationToken)
    {
        EventId? before = null;
        if (request.PageToken is not null)
        {
            if (!PageToken.TryRead(request.List, request.PageToken, out var bytes) || bytes.Length != IdLength)
            {
                return new PageTokenInvalid();
            }

            before = new EventId(new Guid(bytes, bigEndian: true));
        }

        var rows = await events.ListAsync(request.TenantId, request.EventTypeId, before, request.PageSize.Value + 1, cancellationToken);
        var page = Page.Of(rows.Events, request.PageSize, request.List, last => last.Id.Value.ToByteArray(bigEndian: true));
        return new EventsResponse(page.Records, page.NextToken, rows.TotalSize);
    }
}
