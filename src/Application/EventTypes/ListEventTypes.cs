using System.Text;
using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.EventTypes;

/// <summary>Lists the event types of a tenant by name.</summary>
[Requires(Scopes.EventTypeList)]
public sealed record ListEventTypes(Caller Caller, PageSize PageSize, string? PageToken)
    : TenantRequest(Caller), IRequest<Result<EventTypesResponse>>
{
    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => $"event-types {TenantId}";
}

internal sealed class ListEventTypesHandler(IEventTypeQueries types) : IRequestHandler<ListEventTypes, Result<EventTypesResponse>>
{
    public async Task<Result<EventTypesResponse>> Handle(ListEventTypes request, CancellationToken cancellationToken)
    {
        EventTypeName? after = null;
        if (request.PageToken is not null)
        {
            if (!PageToken.TryRead(request.List, request.PageToken, out var bytes)
                || !EventTypeName.TryParse(Encoding.UTF8.GetString(bytes), null, out var name))
            {
                return new PageTokenInvalid();
            }

            after = name;
        }

        var rows = await types.ListAsync(request.TenantId, after, request.PageSize.Value + 1, cancellationToken);
        var page = Page.Of(rows.EventTypes, request.PageSize, request.List, last => Encoding.UTF8.GetBytes(last.Name.Value));
        return new EventTypesResponse(page.Records, page.NextToken, rows.TotalSize);
    }
}
