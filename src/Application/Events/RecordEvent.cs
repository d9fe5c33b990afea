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
/// <param name="OccurredAt">From 1970 to 24 hours in the future; null means now.</param>
/// <param name="BodyKey">The idempotency key of the body: any repetition is a conflict.</param>
/// <param name="HeaderKey">The idempotency key of the header: an identical repetition gets the first response again.</param>
/// <param name="SuppressJourneys">Whether no journey may react to the event. It does not count in the comparison of requests.</param>
[Requires(Scopes.EventCreate)]
public sealed record RecordEvent(Caller Caller, ContactId ContactId, EventTypeReference EventType, Payload Payload,
    DateTimeOffset? OccurredAt = null, IdempotencyKey? BodyKey = null, IdempotencyKey? HeaderKey = null, bool SuppressJourneys = false)
    : TenantRequest(Caller), IRequest<Result<RecordedEvent>>;

/// <param name="Replayed">Whether an earlier identical request with the same header key recorded the event.</param>
public sealed record RecordedEvent(EventResponse Event, bool Replayed);

internal sealed class RecordEventValidator : AbstractValidator<RecordEvent>
{
    private static readonly TimeSpan MaxAhead = TimeSpan.FromHours(24);

    public RecordEventValidator(TimeProvider clock)
    {
        RuleFor(command => command.EventType).Must(type => type.Id is null ^ type.Name is null)
            .OverridePropertyName("/eventTypeId").WithErrorCode("exactlyOne")
            .WithMessage("Exactly one of eventTypeId and eventTypeName must be given.");
        RuleFor(command => command.OccurredAt)
            .Must(time => time is null || (time >= DateTimeOffset.UnixEpoch && time <= clock.GetUtcNow() + MaxAhead))
            .OverridePropertyName("/occurredAt").WithErrorCode("outOfRange")
            .WithMessage("occurredAt must be between 1970-01-01T00:00:00Z and 24 hours from now.");
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

    private async Task<Result<RecordedEvent>> ReplayAsync(RecordEvent request, IdempotencyKeyExists taken,
        CancellationToken cancellationToken)
    {
        if (!taken.SameRequest)
        {
            return new IdempotencyKeyReused();
        }

        var first = await events.FindAsync(request.TenantId, taken.ExistingEventId, cancellationToken);
        return first is null ? new EventNotFound(taken.ExistingEventId.ToString()) : new RecordedEvent(first, Replayed: true);
    }
}
