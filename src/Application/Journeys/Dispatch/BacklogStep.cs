using Flownally.Application.Feed;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Reads events of tenants that are behind, up to a share of each, and lets contacts enter journeys.</summary>
public sealed class BacklogStep(IJourneyFeed feed, IDispatchStore store, IOptions<JourneyShareOptions> share, TimeProvider clock)
{
    /// <summary>Limit of tenants per step. Each needs a query of its own, and new events wait meanwhile.</summary>
    public const int MaxTenants = 8;

    /// <returns>A state in which the tenants of this step that are still behind come last.</returns>
    /// <exception cref="LeadershipLostException">Another process has moved the cursor.</exception>
    public async Task<StepResult> RunAsync(DispatchState state, CancellationToken cancellationToken)
    {
        var matcher = new EntryMatcher(state.Stored.LastEntry, share.Value, clock);
        var (behind, caughtUp) = (new List<Backlog>(), new List<TenantId>());
        foreach (var backlog in state.Behind.Take(MaxTenants).TakeWhile(_ => !matcher.IsFull))
        {
            if (await ReadOnAsync(matcher, backlog, state.Place, cancellationToken) is { } rest)
            {
                behind.Add(rest);
            }
            else
            {
                caughtUp.Add(backlog.TenantId);
            }
        }

        // A step without entries takes an id, too, so that its cursor differs from the previous one.
        var moved = new DispatchCursor(state.Place, matcher.NextId());
        var step = new DispatchStep(state.Stored, moved, matcher.Entries, behind, caughtUp, matcher.FailedFilters);
        var due = await store.SaveAsync(step, cancellationToken);
        var next = new DispatchState(moved, moved.Place, [.. state.Behind.Skip(behind.Count + caughtUp.Count), .. behind]);
        return new StepResult(next, due, matcher.FailedFilters);
    }

    /// <returns>The remaining backlog; null if the tenant has caught up.</returns>
    private async Task<Backlog?> ReadOnAsync(EntryMatcher matcher, Backlog backlog, FeedPlace through, CancellationToken cancellationToken)
    {
        var page = await feed.ReadBacklogAsync(backlog, through, cancellationToken);
        foreach (var (i, candidate) in page.Candidates.Index())
        {
            matcher.Match(candidate, cancellationToken);
            if (matcher.HasUsedUp(candidate.TenantId) || matcher.IsFull)
            {
                return backlog with { Place = candidate.Place, Limit = LimitAfter(i + 1) };
            }
        }

        return page.More ? backlog with { Place = page.Through, Limit = LimitAfter(page.Events) } : null;
    }

    private static int LimitAfter(int events) => Math.Clamp(2 * events, 10, EntryMatcher.MaxPerStep);
}
