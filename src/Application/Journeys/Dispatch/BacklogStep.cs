using Flownally.Application.Feed;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Reads on for tenants that are behind, a share of each, and lets contacts enter.</summary>
public sealed class BacklogStep(IJourneyFeed feed, IDispatchStore store, IOptions<JourneyShareOptions> share, TimeProvider clock)
{
    /// <summary>Tenants in one step. Each is read by itself, and what is recorded meanwhile waits.</summary>
    public const int MostTenants = 8;

    /// <returns>A state in which the tenants that are still behind stand last.</returns>
    /// <exception cref="LeadershipLostException">Another process has moved the cursor.</exception>
    public async Task<StepResult> RunAsync(DispatchState state, CancellationToken cancellationToken)
    {
        var matcher = new EntryMatcher(state.Stored.LastEntry, share.Value, clock);
        var (behind, caughtUp) = (new List<Backlog>(), new List<TenantId>());
        foreach (var backlog in state.Behind.Take(MostTenants).TakeWhile(_ => !matcher.IsFull))
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

        // An id is taken even if nobody entered, so that the cursor differs from the one before.
        var moved = new DispatchCursor(state.Place, matcher.NextId());
        var step = new DispatchStep(state.Stored, moved, matcher.Entries, behind, caughtUp, matcher.FailedFilters);
        var due = await store.SaveAsync(step, cancellationToken);
        var next = new DispatchState(moved, moved.Place, [.. state.Behind.Skip(behind.Count + caughtUp.Count), .. behind]);
        return new StepResult(next, due, matcher.FailedFilters);
    }

    /// <returns>What is left; null where the tenant has caught up.</returns>
    private async Task<Backlog?> ReadOnAsync(EntryMatcher matcher, Backlog backlog, FeedPlace through, CancellationToken cancellationToken)
    {
        var page = await feed.ReadBacklogAsync(backlog, through, cancellationToken);
        foreach (var (i, asked) in page.Asked.Index())
        {
            matcher.Match(asked, cancellationToken);
            if (matcher.HasUsedUp(asked.TenantId) || matcher.IsFull)
            {
                return backlog with { Place = asked.Place, Limit = LimitAfter(i + 1) };
            }
        }

        return page.More ? backlog with { Place = page.Through, Limit = LimitAfter(page.Events) } : null;
    }

    private static int LimitAfter(int events) => Math.Clamp(2 * events, 10, EntryMatcher.Most);
}
