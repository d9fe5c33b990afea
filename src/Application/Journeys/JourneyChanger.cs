using AutoMapper;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

/// <summary>Locks a journey, applies a change, and stores the result.</summary>
internal sealed class JourneyChanger(IJourneyRepository journeys, IMapper mapper)
{
    /// <param name="ifMatch">The accepted revisions; null accepts any revision.</param>
    /// <param name="change">Returns the changed journey, or the same instance if nothing changes.</param>
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
