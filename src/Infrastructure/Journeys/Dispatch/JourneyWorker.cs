using Flownally.Application.Journeys.Dispatch;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Journeys.Dispatch;

/// <summary>Runs the dispatcher in one process at a time, and restarts it after an outage.</summary>
internal sealed class JourneyWorker(DatabaseReadiness readiness, JourneyLeadership leadership, JourneyDispatcher dispatcher, JourneyLag lag,
    TimeProvider clock, ILogger<JourneyWorker> log) : BackgroundService
{
    /// <summary>The longest time until another process leads after the leader has died, and the pause after an outage.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await readiness.EnsureAsync(stoppingToken);
                await using var leaderLock = await leadership.TryTakeAsync(stoppingToken);
                if (leaderLock is null)
                {
                    lag.End();
                }
                else
                {
                    await dispatcher.RunAsync(leaderLock.CheckAsync, stoppingToken);
                }
            }
            catch (LeadershipLostException exception)
            {
                log.LogInformation("{Reason}", exception.Message);
                lag.End();
            }
            catch (Exception exception) when (Outage.ShouldRetry(exception))
            {
                log.LogWarning("Journeys are delayed: {Reason}", exception.Message);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Logged, not skipped: the journeys wait at this event, and recording goes on.
                log.LogError(exception, "Journeys cannot continue; the worker retries.");
            }

            await Task.Delay(RetryInterval, clock, stoppingToken);
        }
    }
}
