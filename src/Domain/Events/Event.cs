using Flownally.Domain.Contacts;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Domain.Events;

/// <summary>Something that happened to a contact, with a payload that was valid under one version of its type. Immutable.</summary>
public sealed class Event
{
    public required EventId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required ContactId ContactId { get; init; }

    /// <summary>The type at the revision that validated the payload.</summary>
    public required EventType Type { get; init; }

    public required Payload Payload { get; init; }

    /// <summary>Null if the client gave none.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>Distinguishes a repeated request from another request with the same key; null without a key.</summary>
    public Fingerprint? Fingerprint { get; init; }

    /// <summary>The time when the event happened, in UTC, to the microsecond.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The time when the event was recorded, in UTC, to the microsecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether no journey may react to the event.</summary>
    public bool SuppressJourneys { get; init; }
}
