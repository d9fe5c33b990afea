using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Lists the events of a tenant in the order of recording.</summary>
/// <param name="EventTypeId">Only events of this type; null for all types.</param>
/// <param name="EventTypeName">Only events of this type; null for all types.</param>
/// <param name="ContactId">Only events of this contact; null for all contacts.</param>
/// <param name="CreatedFrom">The earliest <c>createdAt</c>, inclusive.</param>
/// <param name="CreatedTo">The end of <c>createdAt</c>, exclusive.</param>
/// <param name="Order">Null for the latest recorded first.</param>
[Requires(Scopes.EventList)]
public sealed record ListEvents(Caller Caller, EventTypeId? EventTypeId, PageSize PageSize, string? PageToken,
    EventTypeName? EventTypeName = null, ContactId? ContactId = null, DateTimeOffset? CreatedFrom = null, DateTimeOffset? CreatedTo = null,
    EventOrder? Order = null)
    : TenantRequest(Caller), IRequest<Result<EventsResponse>>
{
    /// <summary>Null where at most a type is asked for, by its id.</summary>
    internal EventFilter? Filter => (EventTypeName, ContactId, CreatedFrom, CreatedTo, Order) is (null, null, null, null, null)
        ? null
        : new EventFilter(ContactId, EventTypeId, EventTypeName, CreatedFrom, CreatedTo, Order ?? default);

    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => Filter is null
        ? $"events {TenantId} {EventTypeId}"
        : $"events {TenantId} {EventTypeId} {EventTypeName} {ContactId} {CreatedFrom?.UtcTicks} {CreatedTo?.UtcTicks} {Order}";
}

internal sealed class ListEventsHandler(IEventQueries events) : IRequestHandler<ListEvents, Result<EventsResponse>>
{
    public async Task<Result<EventsResponse>> Handle(ListEvents request, CancellationToken cancellationToken)
    {
        if (!PageToken.TryReadId(request.List, request.PageToken, out var last))
        {
            return new PageTokenInvalid();
        }

        EventId? after = last is { } id ? new EventId(id) : null;
        var limit = request.PageSize.Value + 1;
        var rows = request.Filter is { } filter
            ? await events.FilterListAsync(request.TenantId, filter, after, limit, cancellationToken)
            : await events.ListAsync(request.TenantId, request.EventTypeId, after, limit, cancellationToken);
        var page = Page.Of(rows.Events, request.PageSize, request.List, record => record.Id.Value.ToByteArray(bigEndian: true));
        return EventsResponse.Of(page, rows);
    }
}
