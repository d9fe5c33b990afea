using System.Security.Cryptography;
using Dapper;
using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Finds out whether there is a pooler in between that hands a session on with each transaction. Through one, statements would run under
/// each other's names, locks and notifications would be lost, and nothing else would tell.
/// </summary>
internal sealed class NotificationCheck(PrimarySessions sessions)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Listens in one session, and has another one notify it.</summary>
    /// <exception cref="DatabaseUnavailableException">Nothing is heard.</exception>
    public async Task RequireAsync(NpgsqlConnection notifier, CancellationToken cancellationToken)
    {
        var channel = $"flownally_check_{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        await using var listener = new NpgsqlConnection(ConnectionStrings.ForListening(sessions.ConnectionString));
        await listener.OpenAsync(cancellationToken);
        await listener.ExecuteAsync(new CommandDefinition($"LISTEN {channel}", commandTimeout: Database.LongestRead, cancellationToken: cancellationToken));
        var heard = false;
        listener.Notification += (_, notification) => heard |= notification.Channel == channel;
        await notifier.ExecuteAsync(new CommandDefinition($"NOTIFY {channel}", commandTimeout: Database.LongestRead, cancellationToken: cancellationToken));
        await listener.WaitAsync(Patience, cancellationToken);
        if (!heard)
        {
            throw new DatabaseUnavailableException("Notifications do not arrive, as behind a pooler of transactions. Connect to PostgreSQL directly, or have the pooler keep sessions (pgbouncer: pool_mode = session).");
        }
    }
}
