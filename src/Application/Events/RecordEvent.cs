using AutoMapper;
using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Records an event of a contact.</summary>
/// <param name="OccurredAt">From 1970 to 24 hours ahead; null means now.</param>
/// <param name="BodyKey">A key whose repeat is a conflict.</param>
/// <param name="HeaderKey">A key whose identical repeat is answered as the first time.</param>
/// <param name="SuppressJourneys">True lets no journey react to the event. A request that differs in this alone is identical.</param>
[Requires(Scopes.EventCreate)]
public sealed record RecordEvent(Caller Caller, ContactId ContactId, EventTypeReference EventType, Payload Payload,
    DateTimeOffset? OccurredAt = null, IdempotencyKey? BodyKey = null, IdempotencyKey? HeaderKey = null, bool SuppressJourneys = false)
    : TenantRequest(Caller), IRequest<Result<RecordedEvent>>;

/// <param name="Replayed">The event was recorded before, by an identical request under the same header key.</param>
public sealed record RecordedEvent(EventResponse Event, bool Replayed);

internal sealed class RecordEventValidator : AbstractValidator<RecordEvent>
{
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(24);

    public RecordEventValidator(TimeProvider clock)
    {
        RuleFor(command => command.EventType).Must(type => type.Id is null ^ type.Name is null)
            .OverridePropertyName("/eventTypeId").WithErrorCode("exactlyOne")
            .WithMessage("Exactly one of eventTypeId and eventTypeName names the type.");
        RuleFor(command => command.OccurredAt)
            .Must(time => time is null || (time >= DateTimeOffset.UnixEpoch && time <= clock.GetUtcNow() + Ahead))
            .OverridePropertyName("/occurredAt").WithErrorCode("outOfRange")
            .WithMessage("occurredAt lies between 1970-01-01T00:00:00Z and 24 hours from now.");
    }
}

internal sealed class RecordEventHandler(EventRecorder recorder, IEventQueries events, IMapper mapper)
    : IRequestHandler<RecordEvent, Result<RecordedEvent>>
{
    public async Task<Result<RecordedEvent>> Handle(RecordEvent request, CancellationToken cancellationToken)
    {
        if (request is { BodyKey: { } bodyKey, HeaderKey: { } headerKey } && bodyKey != headerKey)
        {
            return new IdempotencyKeyConflict();
        }

        var recorded = await recorder.RecordAsync(request, cancellationToken);
        if (recorded.IsSuccess)
        {
            return new RecordedEvent(mapper.Map<EventResponse>(recorded.Value), Replayed: false);
        }

        return request.BodyKey is null && recorded.Error is IdempotencyKeyExists taken
            ? await ReplayAsync(request, taken, cancellationToken)
            : recorded.Error;
    }

    /// <summary>A key in the body makes every repeat a conflict; a key in the header replays an identical one.</summary>
    private async Task<Result<RecordedEvent>> ReplayAsync(RecordEvent request, IdempotencyKeyExists taken, CancellationToken cancellationToken)
    {
        if (!taken.SameRequest)
        {
            return new IdempotencyKeyReused();
        }

        var first = await events.FindAsync(request.TenantId, taken.ExistingEventId, cancellationToken);
        return first is null ? new EventNotFound(taken.ExistingEventId.ToString()) : new RecordedEvent(first, Replayed: true);
    }
}
