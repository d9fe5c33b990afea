using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Deletes a journey. No more contacts enter it, but its entries stay readable.</summary>
/// <param name="IfMatch">The accepted revisions; null accepts any revision.</param>
[Requires(Scopes.JourneyDelete)]
public sealed record DeleteJourney(Caller Caller, JourneyId Id, IReadOnlyCollection<int>? IfMatch = null)
    : TenantRequest(Caller), IRequest<Result<JourneyId>>;

internal sealed class DeleteJourneyHandler(IJourneyRepository journeys, TimeProvider clock)
    : IRequestHandler<DeleteJourney, Result<JourneyId>>
{
    public async Task<Result<JourneyId>> Handle(DeleteJourney request, CancellationToken cancellationToken)
    {
        await using var locked = await journeys.LockAsync(request.TenantId, request.Id, cancellationToken);
        if (locked is null)
        {
            return new JourneyNotFound(request.Id.ToString());
        }

        if (request.IfMatch?.Contains(locked.Journey.Revision) == false)
        {
            return new PreconditionFailed();
        }

        await locked.DeleteAsync(Microseconds.Truncate(clock.GetUtcNow()), cancellationToken);
        await locked.CommitAsync(cancellationToken);
        return request.Id;
    }
}
