using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;

namespace Flownally.Application.EventTypes;

/// <summary>A schema that a type has or had.</summary>
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

    /// <summary>The JSON Schema that payloads had to fit; absent where any payload passed.</summary>
    public RawJson? PayloadSchema { get; init; }

    /// <summary>
    /// `created`: the type began with it; `proof`: it accepts all that the version before accepts; `scan`: every event that
    /// was stored then fits it.
    /// </summary>
    public SchemaAcceptance AcceptedBy { get; init; }

    /// <summary>The API key that asked for it; absent where it was an operator.</summary>
    public ApiKeyId? By { get; init; }

    public DateTimeOffset At { get; init; }
}

/// <param name="Versions">The versions of this page.</param>
/// <param name="NextPageToken">Where the next page begins; absent on the last page.</param>
/// <param name="TotalSize">How many versions the type has.</param>
/// <example>{ "versions": [{}], "totalSize": 1 }</example>
public sealed record EventTypeVersionsResponse(IReadOnlyList<EventTypeVersionResponse> Versions, string? NextPageToken, long TotalSize);
