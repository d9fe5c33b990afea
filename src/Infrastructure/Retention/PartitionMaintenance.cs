using Flownally.Application.Retention;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Retention;

/// <summary>
/// Creates partitions, applies retention and deletes old webhook attempts, at the start and daily, so that a process that runs for months
/// does not run out of partitions.
/// </summary>
internal sealed class PartitionMaintenance(DatabaseReadiness readiness, IRetention retention, AttemptRetention attempts, TimeProvider clock,
    ILogger<PartitionMaintenance> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);
    private static readonly TimeSpan IntervalAfterFailure = TimeSpan.FromHours(1);

    /// <summary>The last logged obstacle; an unchanged one is not logged again.</summary>
    private string? _obstacle;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(await MaintainAsync(stoppingToken) ? Interval : IntervalAfterFailure, clock, stoppingToken);
        }
    }

    /// <returns>Whether all work succeeded.</returns>
    private async Task<bool> MaintainAsync(CancellationToken stoppingToken)
    {
        try
        {
            await readiness.PrepareAsync(stoppingToken);
            await attempts.ApplyAsync(stoppingToken);
            var outcome = await retention.ApplyAsync(stoppingToken);
            if (outcome is { Dropped.Count: > 0 })
            {
                log.LogInformation(
                    "Dropped the events of {Months}, and {Keys} idempotency keys", string.Join(", ", outcome.Dropped), outcome.Keys);
            }

            if (outcome?.Obstacle is { } obstacle && obstacle != _obstacle)
            {
                log.LogWarning("Expired events are not dropped: {Obstacle}", obstacle);
            }

            _obstacle = outcome?.Obstacle;
            return _obstacle is null;
        }
        catch (Exception exception) when (Outage.ShouldRetry(exception))
        {
            log.LogWarning(
                "Maintenance of partitions and attempts failed; it retries in an hour: {Reason}", exception.Message);
            return false;
        }
    }
}
