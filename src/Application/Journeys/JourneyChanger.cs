using AutoMapper;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

/// <summary>Takes hold of a journey, asks what becomes of it, and stores that: what every change of one has in common.</summary>
internal sealed class JourneyChanger(IJourneyRepository journeys, IMapper mapper)
{
    /// <param name="ifMatch">The revisions that the caller would change; null for whichever there is.</param>
    /// <param name="change">What becomes of it: the same journey where nothing does.</param>
    public async Task<Result<JourneyRevision>> ChangeAsync(Caller caller, JourneyId id, IReadOnlyCollection<int>? ifMatch,
        Func<Journey, Result<Journey>> change, CancellationToken cancellationToken)
    {
        await using var locked = await journeys.LockAsync(caller.TenantId, id, cancellationToken);
        if (locked is null)
        {
            return new JourneyNotFound(id.ToString());
        }

        if (ifMatch?.Contains(locked.Journey.Revision) == false)
        {
            return new PreconditionFailed();
        }

        var changed = change(locked.Journey);
        if (!changed.IsSuccess)
        {
            return changed.Error;
        }

        if (changed.Value != locked.Journey)
        {
            if (await locked.SaveAsync(changed.Value, caller.Limits[TenantLimit.ActiveJourneysPerType], cancellationToken) is { } refusal)
            {
                return refusal;
            }

            await locked.CommitAsync(cancellationToken);
        }

        return new JourneyRevision(mapper.Map<JourneyResponse>(changed.Value), changed.Value.Revision);
    }
}
