using Flownally.Application.Feed;
using Flownally.Application.Journeys.Delivery;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>
/// Follows the feed while this process leads: contacts enter journeys, and webhooks tell targets. What it holds in memory it can lose:
/// entries and the cursor are written together, and a webhook whose outcome was not written is sent again. Decision 15.
/// </summary>
public sealed class JourneyDispatcher(IDispatchStore store, CursorStep cursorStep, BacklogStep backlogStep, EntryDelivery delivery,
    IFeedWatcher watcher, FilterErrorReport filterErrors, JourneyLag lag, TimeProvider clock)
{
    /// <summary>Between looks for webhooks that are due, and checks that this process still leads.</summary>
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(1);

    /// <summary>Runs until it fails or is cancelled. For one caller at a time.</summary>
    /// <param name="checkLeadership">Throws where this process leads no more.</param>
    /// <exception cref="LeadershipLostException">Another process has moved the cursor.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be reached.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> checkLeadership, CancellationToken cancellationToken)
    {
        await using var lanes = delivery.OpenLanes();
        var (state, pace, more) = (await store.LoadAsync(cancellationToken), new StepPace(clock), true);
        var news = watcher.NextAsync();
        for (long? checkedAt = null; ;)
        {
            // Before the first step, too: what an earlier leader left was recorded before what is read next.
            if (checkedAt is null || clock.GetElapsedTime(checkedAt.Value) >= BetweenChecks)
            {
                checkedAt = clock.GetTimestamp();
                await checkLeadership(cancellationToken);
                await lanes.TopUpAsync(cancellationToken);
            }

            if (more || news.IsCompleted)
            {
                lag.Begin();
                news = watcher.NextAsync();
                var step = Take(await cursorStep.RunAsync(state, cancellationToken), lanes);
                (state, more) = (step.State, step.More);
                pace.Add(step.Events, more);
            }

            // Tenants that are behind take turns with the cursor.
            if (state.Behind.Count > 0)
            {
                lag.Begin();
                state = Take(await backlogStep.RunAsync(state, cancellationToken), lanes).State;
                await Task.Delay(StepPace.Shortest, clock, cancellationToken);
            }
            else if (!more)
            {
                lag.End();
                await news.WithinAsync(BetweenChecks, clock, cancellationToken);
                await Task.Delay(pace.Rest, clock, cancellationToken);
            }
        }
    }

    private StepResult Take(StepResult step, DeliveryLanes lanes)
    {
        lanes.Add(step.Due);
        filterErrors.Add(step.FailedFilters);
        return step;
    }
}
