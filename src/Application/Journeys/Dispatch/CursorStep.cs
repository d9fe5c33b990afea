using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Reads the next events of all tenants in the feed, and lets contacts enter the journeys that react to them.</summary>
public sealed class CursorStep(IJourneyFeed feed, IDispatchStore store, IOptions<JourneyShareOptions> share, TimeProvider clock)
{
    /// <summary>Limit of events per step.</summary>
    public const int PageSize = EntryMatcher.MaxPerStep;

    /// <returns>The next state. A tenant falls behind if it has used up its share and has more events.</returns>
    /// <exception cref="LeadershipLostException">Another process has moved the cursor.</exception>
    public async Task<StepResult> RunAsync(DispatchState state, CancellationToken cancellationToken)
    {
        var page = await feed.ReadAsync(state.Place, PageSize, cancellationToken);
        var matcher = new EntryMatcher(state.Stored.LastEntry, share.Value, clock);
        var behind = new Dictionary<TenantId, Backlog>();
        foreach (var candidate in page.Candidates)
        {
            if (matcher.HasUsedUp(candidate.TenantId))
            {
                behind.TryAdd(candidate.TenantId, matcher.BacklogOf(candidate.TenantId));
                continue;
            }

            matcher.Match(candidate, cancellationToken);
            if (matcher.IsFull)
            {
                page = page with { Through = candidate.Place, More = true };
                break;
            }
        }

        // A step without entries is stored only now and then, because reading its events again has no effect.
        if (matcher is { Entries.Count: 0, FailedFilters.Count: 0 } && behind.Count == 0 && !page.More)
        {
            return new StepResult(state with { Place = page.Through }, [], [], page.Events, More: false);
        }

        var moved = new DispatchCursor(page.Through, matcher.Entries.Count > 0 ? matcher.Entries[^1].Id : state.Stored.LastEntry);
        var step = new DispatchStep(state.Stored, moved, matcher.Entries, [.. behind.Values], [], matcher.FailedFilters);
        var due = await store.SaveAsync(step, cancellationToken);
        var next = new DispatchState(moved, moved.Place, [.. state.Behind, .. behind.Values]);
        return new StepResult(next, due, matcher.FailedFilters, page.Events, page.More);
    }
}
