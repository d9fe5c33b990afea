using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Reads one journey.</summary>
public sealed record GetJourney(TenantId TenantId, JourneyId Id) : IRequest<Result<JourneyRevision>>;

internal sealed class GetJourneyHandler(IJourneyQueries journeys) : IRequestHandler<GetJourney, Result<JourneyRevision>>
{
    public async Task<Result<JourneyRevision>> Handle(GetJourney request, CancellationToken cancellationToken) =>
        await journeys.FindAsync(request.TenantId, request.Id, cancellationToken) is { } found
            ? found
            : new JourneyNotFound(request.Id.ToString());
}
