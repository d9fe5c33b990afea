using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

/// <summary>An event type in the catalog.</summary>
/// <example>
/// {
///   "id": "evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS",
///   "tenantId": "tn_01KATWBQ1HX8CYFG0H9T2WGN3M",
///   "name": "order.paid",
///   "description": "An order was paid.",
///   "payloadSchema": { "type": "object", "properties": { "total": { "type": "number" } }, "required": ["total"] },
///   "predefined": false,
///   "schemaVersion": 1,
///   "createdAt": "2026-01-31T09:00:00Z",
///   "updatedAt": "2026-01-31T09:00:00Z"
/// }
/// </example>
public sealed class EventTypeResponse
{
    public EventTypeId Id { get; init; }

    public TenantId TenantId { get; init; }

    public EventTypeName Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The JSON Schema that payloads must fit; absent if the type accepts any payload.</summary>
    public RawJson? PayloadSchema { get; init; }

    /// <summary>Whether every tenant has the type from the beginning. It cannot be deleted, renamed or given a schema.</summary>
    public bool Predefined { get; init; }

    /// <summary>Starts at 1 and grows by one when the schema becomes another JSON value.</summary>
    public int SchemaVersion { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>An event type with its revision, which <c>ETag</c> contains and <c>If-Match</c> compares.</summary>
public sealed record EventTypeRevision(EventTypeResponse EventType, int Revision);

/// <param name="EventTypes">The types of this page.</param>
/// <param name="NextPageToken">The token of the next page; absent on the last page.</param>
/// <param name="TotalSize">The number of event types of the tenant.</param>
/// <example>{ "eventTypes": [{}], "totalSize": 1 }</example>
public sealed record EventTypesResponse(IReadOnlyList<EventTypeResponse> EventTypes, string? NextPageToken, long TotalSize);
