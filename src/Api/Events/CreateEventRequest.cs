using Flownally.Application.Events;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;

namespace Flownally.Api.Events;

/// <summary>An event to record in the old form, with its contact in the body.</summary>
/// <example>
/// { "contactId": "ctc_1001", "eventTypeName": "order.paid", "payload": { "orderId": "A-1001", "total": 129.5, "currency": "EUR" } }
/// </example>
public sealed class CreateEventRequest : CreateContactEventRequest
{
    public required ContactId ContactId { get; init; }

    public RecordEvent ToCommand(Caller caller, IdempotencyKey? headerKey) => ToCommand(caller, ContactId, headerKey);
}
