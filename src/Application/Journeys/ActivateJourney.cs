using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Makes a journey react to events that are recorded from now on.</summary>
/// <param name="IfMatch">The accepted revisions; null accepts any revision.</param>
[Requires(Scopes.JourneyUpdate)]
public sealed record ActivateJourney(Caller Caller, JourneyId Id, IReadOnlyCollection<int>? IfMatch = null)
    : TenantRequest(Caller), IRequest<Result<JourneyRevision>>;

internal sealed class ActivateJourneyHandler(JourneyChanger changer, TimeProvider clock)
    : IRequestHandler<ActivateJourney, Result<JourneyRevision>>
{
    public Task<Result<JourneyRevision>> Handle(ActivateJourney request, CancellationToken cancellationToken) =>
        changer.ChangeAsync(request.Caller, request.Id, request.IfMatch, journey => journey.Activate(clock.GetUtcNow()), cancellationToken);
}
