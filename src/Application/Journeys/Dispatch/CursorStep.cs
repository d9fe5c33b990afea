using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Reads the next events of the feed, of all tenants, and lets contacts enter the journeys that react to them.</summary>
public sealed class CursorStep(IJourneyFeed feed, IDispatchStore store, IOptions<JourneyShareOptions> share, TimeProvider clock)
{
    /// <summary>Events in one step.</summary>
    public const int PageSize = EntryMatcher.Most;

    /// <returns>A state that has moved on. A tenant that has used up its share with events left is behind.</returns>
    /// <exception cref="LeadershipLostException">Another process has moved the cursor.</exception>
    public async Task<StepResult> RunAsync(DispatchState state, CancellationToken cancellationToken)
    {
        var page = await feed.ReadAsync(state.Place, PageSize, cancellationToken);
        var matcher = new EntryMatcher(state.Stored.LastEntry, share.Value, clock);
        var behind = new Dictionary<TenantId, Backlog>();
        foreach (var asked in page.Asked)
        {
            if (matcher.HasUsedUp(asked.TenantId))
            {
                behind.TryAdd(asked.TenantId, matcher.BacklogOf(asked.TenantId));
                continue;
            }

            matcher.Match(asked, cancellationToken);
            if (matcher.IsFull)
            {
                page = page with { Through = asked.Place, More = true };
                break;
            }
        }

        // A move without entries is only worth storing now and then: to read its events again has no effect.
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
