using Flownally.Application.Authorization;
using Flownally.Application.Validation;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Records many events. They are independent: each is recorded or refused as if it were sent alone.</summary>
/// <param name="Events">For each event its command, or the error if the event could not be read.</param>
[Requires(Scopes.EventCreate)]
public sealed record RecordEvents(Caller Caller, IReadOnlyList<Result<RecordEvent>> Events)
    : TenantRequest(Caller), IRequest<Result<RecordedEvents>>;

/// <param name="Results">The id or the error of each event, in their order.</param>
public sealed record RecordedEvents(IReadOnlyList<Result<EventId>> Results);

internal sealed class RecordEventsHandler(IValidator<RecordEvent> validator, EventRecorder recorder)
    : IRequestHandler<RecordEvents, Result<RecordedEvents>>
{
    public async Task<Result<RecordedEvents>> Handle(RecordEvents request, CancellationToken cancellationToken)
    {
        var commands = request.Events.Select(item => item.Match(Validate, error => error)).ToList();
        var results = await recorder.RecordAsync(request.Caller, commands, cancellationToken);
        return new RecordedEvents([.. results.Select(result => result.Match<Result<EventId>>(recorded => recorded.Id, error => error))]);
    }

    private Result<RecordEvent> Validate(RecordEvent command) =>
        validator.Validate(command) is { IsValid: false } found ? new ValidationFailed([.. found.Violations()]) : command;
}
