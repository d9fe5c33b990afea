using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>An event as callers see it.</summary>
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

    /// <summary>The type's name today.</summary>
    public required string EventTypeName { get; init; }

    /// <summary>The version of the type's schema under which the payload was accepted.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>As it was sent: member order and numbers untouched.</summary>
    public RawJson Payload { get; init; }

    public string? IdempotencyKey { get; init; }

    public DateTimeOffset OccurredAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <param name="Events">The records of this page.</param>
/// <param name="NextPageToken">Where the next page begins; absent on the last page.</param>
/// <param name="TotalSize">How many records match the filter, on all pages together.</param>
/// <example>{ "events": [{}], "nextPageToken": "AZx0UAhJ6H4", "totalSize": 2 }</example>
public sealed record EventsResponse(IReadOnlyList<EventResponse> Events, string? NextPageToken, long TotalSize);
