using Flownally.Application.Journeys.Dispatch;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Postgres;
using MediatR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Journeys.Dispatch;

/// <summary>
/// Lets contacts enter journeys and has targets told of it, in one process at a time. What it holds in memory it can lose: entries
/// and the cursor are written together, and a webhook whose outcome was not written is sent again.
/// </summary>
internal sealed class JourneyWorker(DatabaseReadiness readiness, JourneyLeadership leadership, IJourneyDispatch dispatch, IDeliveries deliveries,
    FeedWatcher watcher, FilterErrorReport filterErrors, IMediator mediator, TimeProvider clock, ILogger<JourneyWorker> log) : BackgroundService
{
    /// <summary>Events a second, from which on the pause between steps is the longest; below, it is in proportion.</summary>
    private const double Busy = 10_000;

    /// <summary>After which another process leads, at most, where the leading one is gone; it is also how long an outage is waited for.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(2);

    /// <summary>Between looks for webhooks that are to be sent again, and whether this process still leads.</summary>
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(1);

    /// <summary>What is recorded meanwhile shares a step, and so a commit: they would take turns with those that record.</summary>
    private static readonly TimeSpan BetweenSteps = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Where recording is busy, which a step interrupts at the same price however many events it finds; and, by doubling, where a step
    /// finds none: then no journey is active.
    /// </summary>
    private static readonly TimeSpan LongestBetweenSteps = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await readiness.EnsureAsync(stoppingToken);
                await using var mandate = await leadership.TryTakeAsync(stoppingToken);
                if (mandate is not null)
                {
                    await LeadAsync(mandate, stoppingToken);
                }
            }
            catch (Exception exception) when (Outage.MayBe(exception))
            {
                log.LogWarning("Journeys react later: {Reason}", exception.Message);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Not passed over: the journeys wait where they are, and recording goes on.
                log.LogError(exception, "Journeys cannot go on; they are tried again.");
            }

            await Task.Delay(BetweenTries, clock, stoppingToken);
        }
    }

    private async Task LeadAsync(AdvisoryLock mandate, CancellationToken stoppingToken)
    {
        await using var lanes = new DeliveryLanes(mediator, deliveries, clock, log);
        var (stored, behind) = await dispatch.LoadAsync(stoppingToken);
        var (place, more, pause) = (stored.Place, true, BetweenSteps);
        var (events, since) = (0, clock.GetTimestamp());
        var news = watcher.NextAsync();
        for (long? checkedAt = null; ;)
        {
            // First of all: what an earlier leader left was recorded before what is read next.
            if (checkedAt is null || clock.GetElapsedTime(checkedAt.Value) >= BetweenChecks)
            {
                checkedAt = clock.GetTimestamp();
                await mandate.CheckAsync(stoppingToken);
                await lanes.TopUpAsync(stoppingToken);
            }

            if (more || news.IsCompleted)
            {
                news = watcher.NextAsync();
                var step = (await mediator.Send(new EnterJourneys(stored, place), stoppingToken)).Value;
                (stored, place, more, events) = (step.Stored, step.Place, step.More, events + step.Events);
                lanes.Add(step.Due);
                behind = [.. behind, .. step.Behind];
                filterErrors.Add(step.FailedFilters);
                if (!more)
                {
                    pause = events == 0 ? pause.DoubledUpTo(LongestBetweenSteps) : PauseAt(events / clock.GetElapsedTime(since).TotalSeconds);
                    (events, since) = (0, clock.GetTimestamp());
                }
            }

            // In turns with what is recorded meanwhile.
            if (behind.Count > 0)
            {
                var step = (await mediator.Send(new CatchUpTenants(stored, place, behind), stoppingToken)).Value;
                (stored, behind) = (step.Stored, step.Behind);
                lanes.Add(step.Due);
                filterErrors.Add(step.FailedFilters);
                await Task.Delay(BetweenSteps, clock, stoppingToken);
            }
            else if (!more)
            {
                await ((Task)news).WaitAsync(BetweenChecks, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Task.Delay(pause, clock, stoppingToken);
            }
        }
    }

    private static TimeSpan PauseAt(double eventsPerSecond) =>
        LongestBetweenSteps * Math.Clamp(eventsPerSecond / Busy, BetweenSteps / LongestBetweenSteps, 1);
}
