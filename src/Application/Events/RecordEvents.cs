using Flownally.Application.Authorization;
using Flownally.Application.Validation;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Records many moments. They are independent: each is recorded or refused as if it had come alone.</summary>
/// <param name="Events">What is to be recorded, and in its place the refusal of what could not be read.</param>
[Requires(Scopes.EventCreate)]
public sealed record RecordEvents(Caller Caller, IReadOnlyList<Result<RecordEvent>> Events) : TenantRequest(Caller), IRequest<Result<RecordedEvents>>;

/// <param name="Results">What became of each, in their order.</param>
public sealed record RecordedEvents(IReadOnlyList<Result<EventId>> Results);

internal sealed class RecordEventsHandler(IValidator<RecordEvent> validator, EventRecorder recorder) : IRequestHandler<RecordEvents, Result<RecordedEvents>>
{
    public async Task<Result<RecordedEvents>> Handle(RecordEvents request, CancellationToken cancellationToken)
    {
        List<Result<RecordEvent>> moments = [.. request.Events.Select(item => item.Match(Validate, error => error))];
        var recorded = await recorder.RecordAsync([.. moments.Where(moment => moment.IsSuccess).Select(moment => moment.Value)], cancellationToken);
        var next = 0;
        return new RecordedEvents([.. moments.Select(moment => moment.Match(
            _ => recorded[next++].Match<Result<EventId>>(e => e.Id, error => error),
            error => error))]);
    }

    private Result<RecordEvent> Validate(RecordEvent moment) =>
        validator.Validate(moment) is { IsValid: false } found ? new ValidationFailed([.. found.Violations()]) : moment;
}
