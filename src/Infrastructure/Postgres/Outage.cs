using System.Net.Sockets;
using Flownally.Application;
using Flownally.Infrastructure.Feed;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>Tells an outage, which passes, from a mistake in a statement, which does not.</summary>
public static class Outage
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>
    /// True for a lost or refused connection, a time-out, and PostgreSQL's classes 08 (connection), 28 (the account), 3D (the database's
    /// name), 53 (resources), 57 (operator intervention: shutting down, starting up, canceled), 25006 (a standby) and a clock of the feed that
    /// was moved. Source: https://www.postgresql.org/docs/15/errcodes-appendix.html.
    /// </summary>
    internal static bool Is(NpgsqlException exception) => exception is not PostgresException refused
        || refused.SqlState[..2] is "08" or "28" or "3D" or "53" or "57"
        || refused.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or FeedClock.Moved;

    internal static DatabaseUnavailableException Of(NpgsqlException exception) => new(Reason(exception), exception);

    /// <summary>What an operator needs to know of an outage.</summary>
    /// <returns>A sentence; null where the exception is something else.</returns>
    public static string? Explain(Exception exception) => exception switch
    {
        NpgsqlException refused when Is(refused) => Reason(refused),
        SocketException => Reason(exception), // Npgsql lets through that a name is not known
        _ => null,
    };

    /// <summary>In words that show nothing of the inside.</summary>
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
        PostgresException => "The database has ended a statement.",
        { InnerException: TimeoutException } => "The database does not answer in time.",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            "The name of the database's server is not known.",
        { InnerException: SocketException cause } => Reason(cause),
        SocketException or { InnerException: AggregateException } => "No server accepts connections at the database's address.",
        _ => "The connection to the database was lost.",
    };

    /// <summary>Whether background work that failed so is to be tried again: also after a refusal, which may lie in the state of the database.</summary>
    internal static bool MayBe(Exception exception) => exception is NpgsqlException or SocketException or DatabaseUnavailableException;

    /// <summary>Tries until it succeeds: for what must not be forgotten while the database is away.</summary>
    /// <param name="told">What each try failed with.</param>
    internal static async Task<T> OutlastAsync<T>(Func<Task<T>> work, Action<Exception> told, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (MayBe(exception))
            {
                told(exception);
                await Task.Delay(BetweenTries, clock, cancellationToken);
            }
        }
    }
}
