using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>An event as callers see it.</summary>
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
public sealed record EventsResponse(IReadOnlyList<EventResponse> Events, string? NextPageToken, long TotalSize);
