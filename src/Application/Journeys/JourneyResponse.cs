using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

/// <summary>A journey as callers see it.</summary>
/// <example>
/// {
///   "id": "jrn_01KATWC8E4R1T6W9Y2Z5A8C0DG",
///   "tenantId": "tn_01KATWBQ1HX8CYFG0H9T2WGN3M",
///   "name": "Thank for a large order",
///   "status": "active",
///   "entryMode": "everyTime",
///   "triggerConfig": {
///     "eventTypeId": "evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS",
///     "payloadFilter": { "properties": { "total": { "minimum": 100 } }, "required": ["total"] }
///   },
///   "target": { "url": "https://shop.example/hooks/thanks" },
///   "createdAt": "2026-01-31T09:10:00Z",
///   "updatedAt": "2026-01-31T09:20:00Z"
/// }
/// </example>
public sealed class JourneyResponse
{
    public JourneyId Id { get; init; }

    public TenantId TenantId { get; init; }

    public JourneyName Name { get; init; }

    /// <summary>Only an `active` journey reacts to events.</summary>
    public JourneyStatus Status { get; init; }

    /// <summary>`once`: a contact enters with the first event that matches and never again; `everyTime`: with each.</summary>
    public EntryMode EntryMode { get; init; }

    /// <summary>Which events it reacts to; absent where that is still to be said.</summary>
    public TriggerConfigResponse? TriggerConfig { get; init; }

    /// <summary>Where webhooks tell of its entries; absent where nobody is told.</summary>
    public JourneyTargetResponse? Target { get; init; }

    /// <summary>
    /// The latest event that the filter could not be checked for, and which counted as one that does not match; absent where there is
    /// none since the trigger was set. It changes without a change of `ETag`.
    /// </summary>
    public FilterErrorResponse? LastFilterError { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Which events a journey reacts to.</summary>
public sealed class TriggerConfigResponse
{
    public EventTypeId EventTypeId { get; init; }

    /// <summary>The JSON Schema that payloads must fit; absent where any payload will do.</summary>
    public RawJson? PayloadFilter { get; init; }
}

/// <summary>Where webhooks go. The secret that they are signed with is never shown.</summary>
public sealed class JourneyTargetResponse
{
    public TargetUrl Url { get; init; }
}

/// <summary>Why a filter could not tell whether an event matches.</summary>
public sealed class FilterErrorResponse
{
    /// <summary>When it was checked.</summary>
    public DateTimeOffset At { get; init; }

    public EventId EventId { get; init; }

    /// <summary>`tooComplex`: the check takes more work than it may; `failed`: the filter could not be used.</summary>
    public required string Code { get; init; }

    /// <summary>For people.</summary>
    public required string Message { get; init; }

    public static FilterErrorResponse? Of(FilterError? error) => error is null ? null : new()
    {
        At = error.At,
        EventId = error.EventId,
        Code = error.Code,
        Message = error.Message,
    };
}

/// <summary>A journey, and which of its revisions the caller sees: what <c>ETag</c> tells and <c>If-Match</c> asks.</summary>
public sealed record JourneyRevision(JourneyResponse Journey, int Revision);

/// <param name="Journeys">The journeys of this page.</param>
/// <param name="NextPageToken">Where the next page begins; absent on the last page.</param>
/// <param name="TotalSize">How many journeys the tenant has.</param>
/// <example>{ "journeys": [{}], "totalSize": 1 }</example>
public sealed record JourneysResponse(IReadOnlyList<JourneyResponse> Journeys, string? NextPageToken, long TotalSize);
