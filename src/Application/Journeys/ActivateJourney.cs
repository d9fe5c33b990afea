using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Lets a journey react to every event that is recorded from now on.</summary>
/// <param name="IfMatch">The revisions that the caller would activate; null for whichever there is.</param>
public sealed record ActivateJourney(TenantId TenantId, JourneyId Id, IReadOnlyCollection<int>? IfMatch = null) : IRequest<Result<JourneyRevision>>;

internal sealed class ActivateJourneyHandler(JourneyChanger changer, TimeProvider clock) : IRequestHandler<ActivateJourney, Result<JourneyRevision>>
{
    public Task<Result<JourneyRevision>> Handle(ActivateJourney request, CancellationToken cancellationToken) =>
        changer.ChangeAsync(request.TenantId, request.Id, request.IfMatch, journey => journey.Activate(clock.GetUtcNow()), cancellationToken);
}
