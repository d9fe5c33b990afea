using Flownally.Application.Retention;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Retention;

/// <summary>
/// Looks after the partitions from the start on, and daily, so that a process that runs for months neither lacks one nor
/// keeps one too long; and deletes the attempts of webhooks that are too old.
/// </summary>
internal sealed class PartitionMaintenance(DatabaseReadiness readiness, IRetention retention, AttemptRetention attempts, TimeProvider clock,
    ILogger<PartitionMaintenance> log)
    : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromHours(1);

    /// <summary>What was told already: one that lasts is told once.</summary>
    private string? _obstacle;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(await LookAfterAsync(stoppingToken) ? Rest : RestAfterFailure, clock, stoppingToken);
        }
    }

    /// <returns>Whether all is done that is to be done.</returns>
    private async Task<bool> LookAfterAsync(CancellationToken stoppingToken)
    {
        try
        {
            await readiness.PrepareAsync(stoppingToken);
            await attempts.ApplyAsync(stoppingToken);
            var outcome = await retention.ApplyAsync(stoppingToken);
            if (outcome is { Dropped.Count: > 0 })
            {
                log.LogInformation("Dropped the events of {Months}, and {Keys} idempotency keys", string.Join(", ", outcome.Dropped), outcome.Keys);
            }

            if (outcome?.Obstacle is { } obstacle && obstacle != _obstacle)
            {
                log.LogWarning("Events beyond the retention are still there: {Obstacle}", obstacle);
            }

            _obstacle = outcome?.Obstacle;
            return _obstacle is null;
        }
        catch (Exception exception) when (Outage.MayBe(exception))
        {
            log.LogWarning(
                "Partitions and old attempts could not be looked after; the next try is in an hour: {Reason}", exception.Message);
            return false;
        }
    }
}
