using Flownally.Application.Journeys.Dispatch;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Journeys.Dispatch;

/// <summary>Runs the dispatcher in one process at a time, and again after an outage.</summary>
internal sealed class JourneyWorker(DatabaseReadiness readiness, JourneyLeadership leadership, JourneyDispatcher dispatcher, JourneyLag lag,
    TimeProvider clock, ILogger<JourneyWorker> log) : BackgroundService
{
    /// <summary>After which another process leads, at most, where the leading one is gone; it is also the wait after an outage.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await readiness.EnsureAsync(stoppingToken);
                await using var mandate = await leadership.TryTakeAsync(stoppingToken);
                if (mandate is null)
                {
                    lag.End();
                }
                else
                {
                    await dispatcher.RunAsync(mandate.CheckAsync, stoppingToken);
                }
            }
            catch (LeadershipLostException exception)
            {
                log.LogInformation("{Reason}", exception.Message);
                lag.End();
            }
            catch (Exception exception) when (Outage.MayBe(exception))
            {
                log.LogWarning("Journeys react later: {Reason}", exception.Message);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Logged, not skipped: the journeys wait where they are, and recording goes on.
                log.LogError(exception, "Journeys cannot go on; the worker retries.");
            }

            await Task.Delay(BetweenTries, clock, stoppingToken);
        }
    }
}
