using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Events;

/// <summary>A moment to be recorded; exactly one of <see cref="EventTypeId"/> and <see cref="EventTypeName"/> names its type.</summary>
public sealed class CreateContactEventRequest
{
    public string? EventTypeId { get; init; }

    public string? EventTypeName { get; init; }

    /// <summary>A JSON object, by default an empty one.</summary>
    public Payload Payload { get; init; } = Payload.Empty;

    /// <summary>By default now.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    public IdempotencyKey? IdempotencyKey { get; init; }

    public RecordEvent ToCommand(TenantId tenant, ContactId contact, IdempotencyKey? headerKey) =>
        new(tenant, contact, new EventTypeReference(EventTypeId, EventTypeName), Payload, OccurredAt, IdempotencyKey, headerKey);
}
