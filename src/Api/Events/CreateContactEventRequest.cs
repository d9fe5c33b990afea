using Flownally.Application.Events;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;

namespace Flownally.Api.Events;

/// <summary>An event to record; exactly one of `eventTypeId` and `eventTypeName` names its type.</summary>
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

    /// <summary>A JSON object, by default an empty one; it comes back as it was sent.</summary>
    public Payload Payload { get; init; } = Payload.Empty;

    /// <summary>By default now; from 1970 to 24 hours ahead.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>A repeat under the same key is refused with 409, which names the event first recorded.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>`true` lets no journey react to the event: for loading history. A repeat under the same key may differ in it.</summary>
    public bool SuppressJourneys { get; init; }

    public RecordEvent ToCommand(Caller caller, ContactId contact, IdempotencyKey? headerKey) =>
        new(caller, contact, new EventTypeReference(EventTypeId, EventTypeName), Payload, OccurredAt, IdempotencyKey, headerKey,
            SuppressJourneys);
}
