using System.Net.Sockets;
using Flownally.Application;
using Flownally.Infrastructure.Feed;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>Distinguishes outages, which pass, from errors in a statement.</summary>
public static class Outage
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// True for a lost or refused connection, a timeout, PostgreSQL's classes 08 (connection), 28 (the account), 3D (the database's name),
    /// 53 (resources) and 57 (operator intervention: shutdown, startup, cancellation), 25006 (a standby) and a moved feed clock. Source:
    /// https://www.postgresql.org/docs/15/errcodes-appendix.html.
    /// </summary>
    internal static bool Is(NpgsqlException exception) => exception is not PostgresException refused
        || refused.SqlState[..2] is "08" or "28" or "3D" or "53" or "57"
        || refused.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or FeedClock.Moved;

    internal static DatabaseUnavailableException Wrap(NpgsqlException exception) => new(Reason(exception), exception);

    /// <summary>Describes an outage to an operator.</summary>
    /// <returns>A sentence; null for other exceptions.</returns>
    public static string? Explain(Exception exception) => exception switch
    {
        NpgsqlException refused when Is(refused) => Reason(refused),
        SocketException => Reason(exception), // Npgsql does not wrap an unknown host name
        _ => null,
    };

    /// <summary>Describes an outage without internal details.</summary>
    private static string Reason(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } => "The database is starting or stopping.",
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => "The database is stopping.",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => "The server is a standby, which cannot be written to.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => "The database has no session left for this process.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => "The server has no database of that name.",
        PostgresException { SqlState: ['2', '8', ..] } => "The server refuses the database's account or its password.",
        PostgresException { SqlState: ['5', '3', ..] } => "The server has run out of memory or disk.",
        PostgresException { SqlState: FeedClock.Moved } => "The feed's clock was moved.",
        PostgresException => "The database ended a statement.",
        { InnerException: TimeoutException } => "The database does not answer in time.",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            "The name of the database's server is not known.",
        { InnerException: SocketException cause } => Reason(cause),
        SocketException or { InnerException: AggregateException } => "No server accepts connections at the database's address.",
        _ => "The connection to the database was lost.",
    };

    /// <summary>
    /// Whether background work retries after this exception. It does so also after an error in a statement, because the database's state
    /// may be the cause.
    /// </summary>
    internal static bool ShouldRetry(Exception exception) =>
        exception is NpgsqlException or SocketException or DatabaseUnavailableException;

    /// <summary>Retries until the work succeeds, for work that must survive an outage.</summary>
    /// <param name="onFailure">Receives the exception of each failed attempt.</param>
    internal static async Task<T> RetryAsync<T>(
        Func<Task<T>> work, Action<Exception> onFailure, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (ShouldRetry(exception))
            {
                onFailure(exception);
                await Task.Delay(RetryInterval, clock, cancellationToken);
            }
        }
    }
}
