using Flownally.Application.Feed;
using Flownally.Application.Journeys.Delivery;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>
/// Reads the feed while this process is the leader, lets contacts enter journeys, and sends webhooks. A crash loses nothing: entries
/// and the cursor are written together, and a webhook without a stored outcome is sent again. Decision 15.
/// </summary>
public sealed class JourneyDispatcher(IDispatchStore store, CursorStep cursorStep, BacklogStep backlogStep, EntryDelivery delivery,
    IFeedWatcher watcher, FilterErrorReport filterErrors, JourneyLag lag, TimeProvider clock)
{
    /// <summary>Interval of polls for due webhooks and of leadership checks.</summary>
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(1);

    /// <summary>Runs until it fails or is cancelled. Not thread-safe.</summary>
    /// <param name="checkLeadership">Throws if this process is no longer the leader.</param>
    /// <exception cref="LeadershipLostException">Another process has moved the cursor.</exception>
    /// <exception cref="DatabaseUnavailableException">The database is unavailable.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> checkLeadership, CancellationToken cancellationToken)
    {
        await using var lanes = delivery.OpenLanes();
        var (state, pace, more) = (await store.LoadAsync(cancellationToken), new StepPace(clock), true);
        var nextEvents = watcher.NextAsync();
        for (long? checkedAt = null; ;)
        {
            // Entries of an earlier leader precede the entries of the first step, so they are loaded before it.
            if (checkedAt is null || clock.GetElapsedTime(checkedAt.Value) >= BetweenChecks)
            {
                checkedAt = clock.GetTimestamp();
                await checkLeadership(cancellationToken);
                await lanes.LoadDueAsync(cancellationToken);
            }

            if (more || nextEvents.IsCompleted)
            {
                lag.Begin();
                nextEvents = watcher.NextAsync();
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
                await nextEvents.WithinAsync(BetweenChecks, clock, cancellationToken);
                await Task.Delay(pace.Pause, clock, cancellationToken);
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
