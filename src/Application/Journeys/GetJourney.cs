using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Reads one journey.</summary>
[Requires(Scopes.JourneyRead, OpenToViewers = true)]
public sealed record GetJourney(Caller Caller, JourneyId Id) : TenantRequest(Caller), IRequest<Result<JourneyRevision>>;

internal sealed class GetJourneyHandler(IJourneyQueries journeys) : IRequestHandler<GetJourney, Result<JourneyRevision>>
{
    public async Task<Result<JourneyRevision>> Handle(GetJourney request, CancellationToken cancellationToken) =>
        await journeys.FindAsync(request.TenantId, request.Id, cancellationToken) is { } found
            ? found
            : new JourneyNotFound(request.Id.ToString());
}
