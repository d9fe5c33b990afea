using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>
/// Makes a journey ignore events that are recorded from now on. If its tenant is behind, it also ignores the events not read yet.
/// </summary>
/// <param name="IfMatch">The accepted revisions; null accepts any revision.</param>
[Requires(Scopes.JourneyUpdate)]
public sealed record PauseJourney(Caller Caller, JourneyId Id, IReadOnlyCollection<int>? IfMatch = null)
    : TenantRequest(Caller), IRequest<Result<JourneyRevision>>;

internal sealed class PauseJourneyHandler(JourneyChanger changer, TimeProvider clock)
    : IRequestHandler<PauseJourney, Result<JourneyRevision>>
{
    public Task<Result<JourneyRevision>> Handle(PauseJourney request, CancellationToken cancellationToken) =>
        changer.ChangeAsync(request.Caller, request.Id, request.IfMatch, journey => journey.Pause(clock.GetUtcNow()), cancellationToken);
}
