using AutoMapper;
using Flownally.Application.Contacts;
using Flownally.Application.EventTypes;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Records a moment of a contact.</summary>
/// <param name="OccurredAt">From 1970 to 24 hours ahead; null means now.</param>
/// <param name="BodyKey">A key whose repeat is a conflict.</param>
/// <param name="HeaderKey">A key whose identical repeat is answered as the first time.</param>
public sealed record RecordEvent(TenantId TenantId, ContactId ContactId, EventTypeReference EventType, Payload Payload,
    DateTimeOffset? OccurredAt = null, IdempotencyKey? BodyKey = null, IdempotencyKey? HeaderKey = null)
    : IRequest<Result<RecordedEvent>>;

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

internal sealed class RecordEventHandler(ContactGate gate, IEventTypeCatalog catalog, IEventLog log, IEventQueries events,
    IdGenerator ids, TimeProvider clock, IMapper mapper) : IRequestHandler<RecordEvent, Result<RecordedEvent>>
{
    public async Task<Result<RecordedEvent>> Handle(RecordEvent request, CancellationToken cancellationToken)
    {
        if (request is { BodyKey: { } bodyKey, HeaderKey: { } headerKey } && bodyKey != headerKey)
        {
            return new IdempotencyKeyConflict();
        }

        if (await gate.RefusalAsync(request.TenantId, request.ContactId, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        for (var fresh = false; ; fresh = true)
        {
            var type = await catalog.FindAsync(request.TenantId, request.EventType, fresh, cancellationToken);
            if (type is null)
            {
                return new EventTypeUnknown(request.EventType.Field);
            }

            var moment = type.Record(new EventId(ids.Next()), request.ContactId, request.Payload, request.OccurredAt,
                request.BodyKey ?? request.HeaderKey, clock.GetUtcNow());
            if (!moment.IsSuccess && !fresh)
            {
                continue;
            }

            if (!moment.IsSuccess)
            {
                return moment.Error;
            }

            switch (await log.AppendAsync(moment.Value, cancellationToken))
            {
                case AppendOutcome.Appended:
                    return new RecordedEvent(mapper.Map<EventResponse>(moment.Value), Replayed: false);
                case AppendOutcome.KeyTaken taken:
                    return await RepeatAsync(request, moment.Value, taken, cancellationToken);
                case AppendOutcome.Overloaded:
                    return new Overloaded();
                case AppendOutcome.TypeMoved:
                    continue;
            }
        }
    }

    /// <summary>A key in the body makes every repeat a conflict; a key in the header replays an identical one.</summary>
    private async Task<Result<RecordedEvent>> RepeatAsync(RecordEvent request, Event repeat, AppendOutcome.KeyTaken taken,
        CancellationToken cancellationToken)
    {
        var same = repeat.Fingerprint == taken.Fingerprint;
        if (request.BodyKey is not null)
        {
            return new IdempotencyKeyExists(taken.By, same);
        }

        if (!same)
        {
            return new IdempotencyKeyReused();
        }

        var first = await events.FindAsync(request.TenantId, taken.By, cancellationToken);
        return first is null ? new EventNotFound(taken.By.ToString()) : new RecordedEvent(first, Replayed: true);
    }
}
