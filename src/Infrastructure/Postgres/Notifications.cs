using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Hears what PostgreSQL is told on some channels (NOTIFY), over one connection, which is made anew when it is lost. One that
/// died unnoticed is found out within <see cref="Silence"/> and <see cref="Patience"/>.
/// </summary>
internal sealed class Notifications(PrimarySessions sessions, IEnumerable<IListener> listeners, TimeProvider clock,
    ILogger<Notifications> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>After so long without a word the connection is tried.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    /// <summary>How long it may take to answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

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
                log.LogWarning("Keys are read with every call, and the feed hears nothing of other processes, until PostgreSQL can be listened to again: {Reason}",
                    exception.Message);
                await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionStrings.ForListening(sessions.ConnectionString));
        await connection.OpenAsync(stoppingToken);
        connection.Notification += (_, notification) => _listeners[notification.Channel].Hear(notification.Payload);
        await ExecuteAsync(string.Join("; ", _listeners.Keys.Select(channel => $"LISTEN {channel}")));
        try
        {
            SetListening(true);
            while (true)
            {
                if (!await connection.WaitAsync(Silence, stoppingToken))
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
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Patience.TotalSeconds };
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

/// <summary>Who is told what <see cref="Notifications"/> hears on a channel.</summary>
internal interface IListener
{
    string Channel { get; }

    /// <summary>Whether everything is heard from now on. What was said before may have been missed.</summary>
    bool Listening { set; }

    void Hear(string payload);
}
