using Flownally.Application.Journeys;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys;

/// <summary>A row of <c>journeys</c>.</summary>
internal sealed class JourneyRow
{
    public JourneyId Id { get; init; }

    public TenantId TenantId { get; init; }

    public JourneyName Name { get; init; }

    public JourneyStatus Status { get; init; }

    public EntryMode EntryMode { get; init; }

    public EventTypeId? TriggerEventTypeId { get; init; }

    public RawJson? PayloadFilter { get; init; }

    public TargetUrl? TargetUrl { get; init; }

    /// <summary>Read only for a <see cref="Journey"/>.</summary>
    public WebhookSecret? TargetSecret { get; init; }

    public int Revision { get; init; }

    /// <summary>Read only for a <see cref="Journey"/>.</summary>
    public int TriggerRevision { get; init; }

    public DateTimeOffset? FilterErrorAt { get; init; }

    public EventId? FilterErrorEventId { get; init; }

    public string? FilterErrorCode { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    private FilterError? LastFilterError =>
        FilterErrorAt is { } at ? new FilterError(at, FilterErrorEventId!.Value, FilterErrorCode!) : null;

    public Journey ToJourney() => new()
    {
        Id = Id,
        TenantId = TenantId,
        Name = Name,
        Status = Status,
        EntryMode = EntryMode,
        TriggerConfig = TriggerEventTypeId is { } type ? new TriggerConfig(type, PayloadFilter?.ToSchema()) : null,
        Target = TargetUrl is { } url ? new JourneyTarget(url, TargetSecret!) : null,
        Revision = Revision,
        TriggerRevision = TriggerRevision,
        LastFilterError = LastFilterError,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };

    public JourneyResponse ToResponse() => new()
    {
        Id = Id,
        TenantId = TenantId,
        Name = Name,
        Status = Status,
        EntryMode = EntryMode,
        TriggerConfig = TriggerEventTypeId is { } type
            ? new TriggerConfigResponse { EventTypeId = type, PayloadFilter = PayloadFilter }
            : null,
        Target = TargetUrl is { } url ? new JourneyTargetResponse { Url = url } : null,
        LastFilterError = FilterErrorResponse.Of(LastFilterError),
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
