using Flownally.Application.Feed;
using Flownally.Domain;
using Flownally.Domain.Tenants;
using MediatR;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Lets contacts enter the journeys of tenants that are behind: of each a share.</summary>
/// <param name="Stored">Where the stored cursor stands.</param>
/// <param name="Place">How far the events of all tenants have been read.</param>
/// <param name="Backlogs">Whose turn it is, in this order.</param>
public sealed record CatchUpTenants(DispatchCursor Stored, FeedPlace Place, IReadOnlyList<Backlog> Backlogs) : IRequest<Result<CaughtUpTenants>>;

/// <param name="Stored">Where the stored cursor stands now.</param>
/// <param name="Due">Whom webhooks are to tell of, of each tenant in the order of the feed.</param>
/// <param name="Behind">Those that are still behind: first the ones whose turn did not come.</param>
/// <param name="FailedFilters">Journeys whose filters could not be checked.</param>
public sealed record CaughtUpTenants(DispatchCursor Stored, IReadOnlyList<DueEntry> Due, IReadOnlyList<Backlog> Behind, IReadOnlyList<FailedFilter> FailedFilters);

internal sealed class CatchUpTenantsHandler(IJourneyDispatch dispatch, IOptions<JourneyShareOptions> share, TimeProvider clock)
    : IRequestHandler<CatchUpTenants, Result<CaughtUpTenants>>
{
    /// <summary>In one step: each is read by itself, and what is recorded meanwhile waits.</summary>
    public const int MostTenants = 8;

    public async Task<Result<CaughtUpTenants>> Handle(CatchUpTenants request, CancellationToken cancellationToken)
    {
        var step = new JourneyStep(request.Stored.LastEntry, share.Value, clock);
        var (behind, caughtUp) = (new List<Backlog>(), new List<TenantId>());
        foreach (var backlog in request.Backlogs.Take(MostTenants).TakeWhile(_ => !step.IsFull))
        {
            if (await ReadOnAsync(step, backlog, request.Place, cancellationToken) is { } rest)
            {
                behind.Add(rest);
            }
            else
            {
                caughtUp.Add(backlog.TenantId);
            }
        }

        // An id is taken even if nobody entered, so that the cursor differs from the one before.
        var moved = new DispatchCursor(request.Place, step.NextId());
        var due = await dispatch.EnterAsync(new DispatchStep(request.Stored, moved, step.Entries, behind, caughtUp, step.FailedFilters), cancellationToken);
        return new CaughtUpTenants(moved, due, [.. request.Backlogs.Skip(behind.Count + caughtUp.Count), .. behind], step.FailedFilters);
    }

    /// <returns>What is left; null where the tenant has caught up.</returns>
    private async Task<Backlog?> ReadOnAsync(JourneyStep step, Backlog backlog, FeedPlace through, CancellationToken cancellationToken)
    {
        var page = await dispatch.ReadBacklogAsync(backlog, through, cancellationToken);
        for (var read = 1; read <= page.Asked.Count; read++)
        {
            var asked = page.Asked[read - 1];
            step.Match(asked, cancellationToken);
            if (step.HasUsedUp(asked.TenantId) || step.IsFull)
            {
                return backlog with { Place = asked.Place, Limit = LimitAfter(read) };
            }
        }

        return page.More ? backlog with { Place = page.Through, Limit = LimitAfter(page.Events) } : null;
    }

    private static int LimitAfter(int events) => Math.Clamp(2 * events, 10, JourneyStep.Most);
}
