using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

/// <summary>A reaction to events: a contact with a matching event enters the journey, and a webhook reports the entry.</summary>
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

    /// <summary>`once`: a contact enters with its first matching event only; `everyTime`: with each matching event.</summary>
    public EntryMode EntryMode { get; init; }

    /// <summary>The events that the journey reacts to; absent if they are not set yet.</summary>
    public TriggerConfigResponse? TriggerConfig { get; init; }

    /// <summary>The receiver of the journey's webhooks; absent if no webhooks are sent.</summary>
    public JourneyTargetResponse? Target { get; init; }

    /// <summary>
    /// The latest event for which the filter could not be evaluated, so that the event did not match; absent if there is none since
    /// the trigger was set. It changes without a change of `ETag`.
    /// </summary>
    public FilterErrorResponse? LastFilterError { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The events that a journey reacts to.</summary>
public sealed class TriggerConfigResponse
{
    public EventTypeId EventTypeId { get; init; }

    /// <summary>The JSON Schema that payloads must fit; absent if any payload matches.</summary>
    public RawJson? PayloadFilter { get; init; }
}

/// <summary>The receiver of webhooks. No response contains the secret that signs them.</summary>
public sealed class JourneyTargetResponse
{
    public TargetUrl Url { get; init; }
}

/// <summary>The reason why a filter could not be evaluated for an event.</summary>
public sealed class FilterErrorResponse
{
    /// <summary>The time of the evaluation.</summary>
    public DateTimeOffset At { get; init; }

    public EventId EventId { get; init; }

    /// <summary>`tooComplex`: the evaluation takes too much work; `failed`: the filter could not be used.</summary>
    public required string Code { get; init; }

    /// <summary>An explanation for people.</summary>
    public required string Message { get; init; }

    public static FilterErrorResponse? Of(FilterError? error) => error is null ? null : new()
    {
        At = error.At,
        EventId = error.EventId,
        Code = error.Code,
        Message = error.Message,
    };
}

/// <summary>A journey with its revision, which <c>ETag</c> contains and <c>If-Match</c> compares.</summary>
public sealed record JourneyRevision(JourneyResponse Journey, int Revision);

/// <param name="Journeys">The journeys of this page.</param>
/// <param name="NextPageToken">The token of the next page; absent on the last page.</param>
/// <param name="TotalSize">The number of journeys of the tenant.</param>
/// <example>{ "journeys": [{}], "totalSize": 1 }</example>
public sealed record JourneysResponse(IReadOnlyList<JourneyResponse> Journeys, string? NextPageToken, long TotalSize);
