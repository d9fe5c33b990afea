using Flownally.Application.Events;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;

namespace Flownally.Api.Events;

/// <summary>An event to record. Exactly one of `eventTypeId` and `eventTypeName` is required.</summary>
/// <example>
/// {
///   "eventTypeName": "order.paid",
///   "payload": { "orderId": "A-1001", "total": 129.5, "currency": "EUR" },
///   "occurredAt": "2026-01-31T09:30:00.123456Z",
///   "idempotencyKey": "order-A-1001"
/// }
/// </example>
public class CreateContactEventRequest
{
    public string? EventTypeId { get; init; }

    public string? EventTypeName { get; init; }

    /// <summary>A JSON object, by default an empty one. Responses return it as it was sent.</summary>
    public Payload Payload { get; init; } = Payload.Empty;

    /// <summary>The time of the event; by default now. From 1970 to 24 hours ahead.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>A retry with the same key is refused with 409, and the response names the event first recorded.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>
    /// `true` prevents journeys from reacting to the event, for example when you load history. A retry with the same key may have another
    /// value.
    /// </summary>
    public bool SuppressJourneys { get; init; }

    public RecordEvent ToCommand(Caller caller, ContactId contact, IdempotencyKey? headerKey) =>
        new(caller, contact, new EventTypeReference(EventTypeId, EventTypeName), Payload, OccurredAt, IdempotencyKey, headerKey,
            SuppressJourneys);
}
