using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;

namespace Flownally.Application.EventTypes;

/// <summary>A version of the schema of an event type.</summary>
/// <example>
/// {
///   "schemaVersion": 1,
///   "payloadSchema": { "type": "object", "properties": { "total": { "type": "number" } }, "required": ["total"] },
///   "acceptedBy": "created",
///   "by": "key_01KATWBQ4M7V0N2J8R5CWXE3TD",
///   "at": "2026-01-31T09:00:00Z"
/// }
/// </example>
public sealed class EventTypeVersionResponse
{
    public int SchemaVersion { get; init; }

    /// <summary>The JSON Schema that payloads had to fit; absent if the type accepted any payload.</summary>
    public RawJson? PayloadSchema { get; init; }

    /// <summary>
    /// `created`: the type was created with the schema; `proof`: the schema provably accepts every payload that the previous version
    /// accepts; `scan`: every event that was stored at that time fits the schema.
    /// </summary>
    public SchemaAcceptance AcceptedBy { get; init; }

    /// <summary>The API key that made the change; absent if an operator made it.</summary>
    public ApiKeyId? By { get; init; }

    public DateTimeOffset At { get; init; }
}

/// <param name="Versions">The versions of this page.</param>
/// <param name="NextPageToken">The token of the next page; absent on the last page.</param>
/// <param name="TotalSize">The number of versions of the type's schema.</param>
/// <example>{ "versions": [{}], "totalSize": 1 }</example>
public sealed record EventTypeVersionsResponse(
    IReadOnlyList<EventTypeVersionResponse> Versions, string? NextPageToken, long TotalSize);
