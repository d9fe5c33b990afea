using Flownally.Domain.Contacts;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Domain.Events;

/// <summary>What happened to a contact, when, and under which version of its type it was accepted.</summary>
public sealed class Event
{
    public required EventId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required ContactId ContactId { get; init; }

    /// <summary>The type as it stood when the payload was validated.</summary>
    public required EventType Type { get; init; }

    public required Payload Payload { get; init; }

    /// <summary>The key and what the request under it was, where the client gave one.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>What tells an identical repeat from another request under the same key; null without a key.</summary>
    public Fingerprint? Fingerprint { get; init; }

    /// <summary>When it happened, in UTC, to the microsecond.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>When it was recorded, in UTC, to the microsecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>True lets no journey react to it.</summary>
    public bool SuppressJourneys { get; init; }
}
