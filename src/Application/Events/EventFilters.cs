using Flownally.Domain.Contacts;
using Flownally.Domain.EventTypes;

namespace Flownally.Application.Events;

/// <summary>The order of a list: the latest event first, or the earliest.</summary>
public enum EventOrder
{
    Desc,
    Asc,
}

/// <summary>The events of a timeline that a caller asks for. Null stands for no condition.</summary>
/// <param name="From">The earliest <c>occurredAt</c>, inclusive.</param>
/// <param name="To">The end of <c>occurredAt</c>, exclusive.</param>
public sealed record TimelineFilter(
    EventTypeId? TypeId, EventTypeName? TypeName, DateTimeOffset? From, DateTimeOffset? To, EventOrder Order);

/// <summary>The events of a tenant that a caller asks for. Null stands for no condition.</summary>
/// <param name="From">The earliest <c>createdAt</c>, inclusive.</param>
/// <param name="To">The end of <c>createdAt</c>, exclusive.</param>
public sealed record EventFilter(
    ContactId? ContactId, EventTypeId? TypeId, EventTypeName? TypeName, DateTimeOffset? From, DateTimeOffset? To, EventOrder Order);
