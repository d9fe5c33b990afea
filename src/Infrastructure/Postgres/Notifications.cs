using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Receives PostgreSQL's notifications (NOTIFY) over one connection, and reconnects when that is lost. A connection that died silently is
/// detected within <see cref="SilenceTimeout"/> and <see cref="AnswerTimeout"/>.
/// </summary>
internal sealed class Notifications(PrimarySessions sessions, IEnumerable<IListener> listeners, TimeProvider clock,
    ILogger<Notifications> log) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>After this time without a notification the connection is tested.</summary>
    private static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The time in which the test must succeed.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, IListener> _listeners = listeners.ToDictionary(listener => listener.Channel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or SocketException)
            {
                log.LogWarning("PostgreSQL's notifications do not arrive. Until they do, each call reads its API key, and the feed polls "
                    + "for events of other processes: {Reason}", exception.Message);
                await Task.Delay(RetryInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionStrings.ForListening(sessions.ConnectionString));
        await connection.OpenAsync(stoppingToken);
        connection.Notification += (_, notification) => _listeners[notification.Channel].OnNotification(notification.Payload);
        await ExecuteAsync(string.Join("; ", _listeners.Keys.Select(channel => $"LISTEN {channel}")));
        try
        {
            SetListening(true);
            while (true)
            {
                if (!await connection.WaitAsync(SilenceTimeout, stoppingToken))
                {
                    await ExecuteAsync("SELECT 1");
                }
            }
        }
        finally
        {
            SetListening(false);
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)AnswerTimeout.TotalSeconds };
            await command.ExecuteNonQueryAsync(stoppingToken);
        }
    }

    private void SetListening(bool listening)
    {
        foreach (var listener in _listeners.Values)
        {
            listener.Listening = listening;
        }
    }
}

/// <summary>A receiver of the notifications on one channel.</summary>
internal interface IListener
{
    string Channel { get; }

    /// <summary>Whether notifications arrive from now on. Earlier ones may have been lost.</summary>
    bool Listening { set; }

    void OnNotification(string payload);
}
