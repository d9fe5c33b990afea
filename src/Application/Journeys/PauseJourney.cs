using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>
/// Lets the events that are recorded from now on pass a journey by; where its tenant is behind, also those that were not read yet.
/// </summary>
/// <param name="IfMatch">The revisions that the caller would pause; null for whichever there is.</param>
[Requires(Scopes.JourneyUpdate)]
public sealed record PauseJourney(Caller Caller, JourneyId Id, IReadOnlyCollection<int>? IfMatch = null) : TenantRequest(Caller), IRequest<Result<JourneyRevision>>;

internal sealed class PauseJourneyHandler(JourneyChanger changer, TimeProvider clock) : IRequestHandler<PauseJourney, Result<JourneyRevision>>
{
    public Task<Result<JourneyRevision>> Handle(PauseJourney request, CancellationToken cancellationToken) =>
        changer.ChangeAsync(request.Caller, request.Id, request.IfMatch, journey => journey.Pause(clock.GetUtcNow()), cancellationToken);
}
