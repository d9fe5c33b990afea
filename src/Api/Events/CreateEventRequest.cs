using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Events;

/// <summary>A moment to be recorded, in the old form that names its contact in the body.</summary>
public sealed class CreateEventRequest : CreateContactEventRequest
{
    public required ContactId ContactId { get; init; }

    public RecordEvent ToCommand(TenantId tenant, IdempotencyKey? headerKey) => ToCommand(tenant, ContactId, headerKey);
}
