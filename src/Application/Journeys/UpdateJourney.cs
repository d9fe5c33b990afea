using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Changes a journey. An active journey applies the change to events that are recorded from now on.</summary>
/// <param name="IfMatch">The accepted revisions; null accepts any revision.</param>
[Requires(Scopes.JourneyUpdate)]
public sealed record UpdateJourney(Caller Caller, JourneyId Id, JourneyChange Change, IReadOnlyCollection<int>? IfMatch = null)
    : TenantRequest(Caller), IRequest<Result<JourneyRevision>>;

internal sealed class UpdateJourneyValidator : AbstractValidator<UpdateJourney>
{
    public UpdateJourneyValidator(ITargetGate gate) =>
        RuleFor(command => command.Change.Target.Value == null ? null : command.Change.Target.Value.Url).Target(gate);
}

internal sealed class UpdateJourneyHandler(JourneyChanger changer, TimeProvider clock)
    : IRequestHandler<UpdateJourney, Result<JourneyRevision>>
{
    public Task<Result<JourneyRevision>> Handle(UpdateJourney request, CancellationToken cancellationToken) => changer.ChangeAsync(
        request.Caller, request.Id, request.IfMatch, journey => journey.Change(request.Change, clock.GetUtcNow()), cancellationToken);
}
