using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Flownally.Infrastructure.ApiKeys;

/// <summary>Hears of revoked keys from PostgreSQL, so that they stop working at once in every process.</summary>
internal sealed class ApiKeyRevocations(NpgsqlDataSource dataSource, ApiKeyCache cache, ILogger<ApiKeyRevocations> log) : BackgroundService
{
    private const string Listen = "LISTEN flownally_api_keys";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                log.LogWarning("Keys are read with every call until PostgreSQL can be listened to again: {Reason}", exception.Message);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, notification) => cache.Drop(notification.Payload);
        await using (var command = new NpgsqlCommand(Listen, connection))
        {
            await command.ExecuteNonQueryAsync(stoppingToken);
        }

        try
        {
            cache.Listening = true;
            while (true)
            {
                await connection.WaitAsync(stoppingToken);
            }
        }
        finally
        {
            cache.Listening = false;
        }
    }
}
