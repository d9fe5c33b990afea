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

/// <summary>Lists a contact's timeline.</summary>
/// <param name="EventTypeId">Only events of this type; null for all types.</param>
/// <param name="EventTypeName">Only events of this type; null for all types.</param>
/// <param name="OccurredFrom">The earliest <c>occurredAt</c>, inclusive.</param>
/// <param name="OccurredTo">The end of <c>occurredAt</c>, exclusive.</param>
/// <param name="Order">Null for the latest event first.</param>
[Requires(Scopes.EventList)]
public sealed record ListContactEvents(Caller Caller, ContactId ContactId, EventTypeId? EventTypeId, PageSize PageSize, string? PageToken,
    EventTypeName? EventTypeName = null, DateTimeOffset? OccurredFrom = null, DateTimeOffset? OccurredTo = null, EventOrder? Order = null)
    : TenantRequest(Caller), IRequest<Result<EventsResponse>>
{
    /// <summary>Null where at most a type is asked for, by its id.</summary>
    internal TimelineFilter? Filter => (EventTypeName, OccurredFrom, OccurredTo, Order) is (null, null, null, null)
        ? null
        : new TimelineFilter(EventTypeId, EventTypeName, OccurredFrom, OccurredTo, Order ?? default);

    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => Filter is null
        ? $"timeline {TenantId} {ContactId} {EventTypeId}"
        : $"timeline {TenantId} {ContactId} {EventTypeId} {EventTypeName} {OccurredFrom?.UtcTicks} {OccurredTo?.UtcTicks} {Order}";
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
        var limit = request.PageSize.Value + 1;
        var rows = request.Filter is { } filter
            ? await events.FilterTimelineAsync(request.TenantId, request.ContactId, filter, after, limit, cancellationToken)
            : await events.TimelineAsync(request.TenantId, request.ContactId, request.EventTypeId, after, limit, cancellationToken);
        var page = Page.Of(rows.Events, request.PageSize, request.List, e => PageToken.PositionOf(e.OccurredAt, e.Id.Value));
        return EventsResponse.Of(page, rows);
    }
}
