using System.Net.Sockets;
using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>Tells an outage, which passes, from a mistake in a statement, which does not.</summary>
internal static class Outage
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>
    /// True for a lost or refused connection, a time-out, and PostgreSQL's classes 08 (connection), 53 (resources),
    /// 57 (operator intervention: shutting down, starting up, canceled) and 25006 (a standby).
    /// Source: https://www.postgresql.org/docs/15/errcodes-appendix.html.
    /// </summary>
    public static bool Is(NpgsqlException exception) => exception is not PostgresException refused
        || refused.SqlState[..2] is "08" or "53" or "57"
        || refused.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction;

    public static DatabaseUnavailableException Of(NpgsqlException exception) => new("The database cannot be reached.", exception);

    /// <summary>Whether background work that failed so is to be tried again: also after a refusal, which may lie in the state of the database.</summary>
    public static bool MayBe(Exception exception) => exception is NpgsqlException or SocketException or DatabaseUnavailableException;

    /// <summary>Tries until it succeeds: for what must not be forgotten while the database is away.</summary>
    /// <param name="told">What each try failed with.</param>
    public static async Task<T> OutlastAsync<T>(Func<Task<T>> work, Action<Exception> told, TimeProvider clock, CancellationToken cancellationToken)
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
