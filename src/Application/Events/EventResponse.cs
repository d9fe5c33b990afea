using Flownally.Application.Paging;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>A recorded event.</summary>
/// <example>
/// {
///   "id": "evt_01KATWBYXQ8F2TXWM8KRGE9ZA5",
///   "tenantId": "tn_01KATWBQ1HX8CYFG0H9T2WGN3M",
///   "contactId": "ctc_1001",
///   "eventTypeId": "evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS",
///   "eventTypeName": "order.paid",
///   "schemaVersion": 1,
///   "payload": { "orderId": "A-1001", "total": 129.5, "currency": "EUR" },
///   "idempotencyKey": "order-A-1001",
///   "occurredAt": "2026-01-31T09:30:00.123456Z",
///   "createdAt": "2026-01-31T09:30:00.623456Z"
/// }
/// </example>
public sealed class EventResponse
{
    public EventId Id { get; init; }

    public TenantId TenantId { get; init; }

    public ContactId ContactId { get; init; }

    public EventTypeId EventTypeId { get; init; }

    /// <summary>The current name of the type.</summary>
    public required string EventTypeName { get; init; }

    /// <summary>The version of the type's schema that accepted the payload.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>The payload as sent: member order and numbers are unchanged.</summary>
    public RawJson Payload { get; init; }

    public string? IdempotencyKey { get; init; }

    public DateTimeOffset OccurredAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <param name="Events">The events of this page.</param>
/// <param name="NextPageToken">The token of the next page; absent on the last page.</param>
/// <param name="TotalSize">
/// The number of events that match, on all pages. With a condition other than `eventTypeId`, or with `order`, it is exact up to 10,000.
/// </param>
/// <param name="TotalSizeIsLowerBound">`true` if there are more events than `totalSize`; otherwise absent.</param>
/// <example>{ "events": [{}], "nextPageToken": "AZx0UAhJ6H4", "totalSize": 2 }</example>
public sealed record EventsResponse(
    IReadOnlyList<EventResponse> Events, string? NextPageToken, long TotalSize, bool? TotalSizeIsLowerBound = null)
{
    internal static EventsResponse Of(Page<EventResponse> page, EventRows rows) =>
        new(page.Records, page.NextToken, rows.TotalSize, rows.HasMore ? true : null);
}
