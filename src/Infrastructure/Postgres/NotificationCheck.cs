using System.Security.Cryptography;
using Dapper;
using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Detects a pooler that assigns a session per transaction. Behind one, prepared statements would mix and locks and notifications would be
/// lost, without an error.
/// </summary>
internal sealed class NotificationCheck(PrimarySessions sessions)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>Listens in one session and notifies it from another one.</summary>
    /// <exception cref="DatabaseUnavailableException">The notification does not arrive.</exception>
    public async Task RequireAsync(NpgsqlConnection notifier, CancellationToken cancellationToken)
    {
        var channel = $"flownally_check_{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        await using var listener = new NpgsqlConnection(ConnectionStrings.ForListening(sessions.ConnectionString));
        await listener.OpenAsync(cancellationToken);
        await ExecuteAsync(listener, $"LISTEN {channel}", cancellationToken);
        var received = false;
        listener.Notification += (_, notification) => received |= notification.Channel == channel;
        await ExecuteAsync(notifier, $"NOTIFY {channel}", cancellationToken);
        await listener.WaitAsync(Timeout, cancellationToken);
        if (!received)
        {
            throw new DatabaseUnavailableException("Notifications do not arrive, as behind a pooler of transactions. "
                + "Connect to PostgreSQL directly, or let the pooler keep sessions (pgbouncer: pool_mode = session).");
        }
    }

    private static Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            new CommandDefinition(sql, commandTimeout: Database.ReadTimeoutSeconds, cancellationToken: cancellationToken));
}
