using Flownally.Application;
using Flownally.Infrastructure.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Flownally.Infrastructure.Events;

/// <summary>Makes partitions ahead of time, daily, so that a process that runs for months never lacks one.</summary>
internal sealed class PartitionMaintenance(DatabaseReadiness readiness, TimeProvider clock, ILogger<PartitionMaintenance> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromDays(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await readiness.PrepareAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or DatabaseUnavailableException)
            {
                log.LogWarning("Partitions could not be made ahead, the next attempt follows tomorrow: {Reason}", exception.Message);
            }
        }
    }
}
