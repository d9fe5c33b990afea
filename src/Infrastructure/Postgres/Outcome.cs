using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// What becomes of a statement. One that writes is never cancelled: where it waits for a synchronous standby, PostgreSQL takes a cancel as
/// leave not to wait, and a failover would lose what was said to be stored. Whoever waits too long learns that nothing is known, and the
/// statement goes on. Decision 25.
/// </summary>
internal static class Outcome
{
    /// <summary>By the system's time, as PostgreSQL's and Npgsql's limits, whatever clock a test sets.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>After which the server may hang, so that another one may have become the primary.</summary>
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(1);

    /// <exception cref="DatabaseUnavailableException">
    /// It takes too long, or it waits for a server that is no longer the primary: what it writes may come to be stored or not.
    /// </exception>
    public static async Task<T> OfAsync<T>(Task<T> statement, PrimarySessions sessions, CancellationToken cancellationToken)
    {
        var (moves, since) = (sessions.Moves, TimeProvider.System.GetTimestamp());
        while (true)
        {
            await ((Task)statement).WaitAsync(Doubt, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (statement.IsCompleted)
            {
                return await statement;
            }

            cancellationToken.ThrowIfCancellationRequested();
            await sessions.SearchAsync();
            if (sessions.Moves != moves)
            {
                throw new DatabaseUnavailableException("The server stopped answering, and another one has become the primary.");
            }

            if (TimeProvider.System.GetElapsedTime(since) >= Patience)
            {
                sessions.Renew(); // the server may hang, and with it the other sessions
                throw new DatabaseUnavailableException("The database does not answer in time.");
            }
        }
    }
}

/// <summary>
/// Hears whether the server stopped waiting for a synchronous standby during a statement, as it does when an operator cancels it: then
/// the statement succeeds, but a failover may lose what it wrote.
/// </summary>
internal sealed class ReplicationWatch : IDisposable
{
    /// <summary>The function of PostgreSQL that warns so. The text of the warning depends on the server's language, and its code is that of any warning.</summary>
    private const string Warner = "SyncRepWaitForLSN";

    private readonly NpgsqlConnection _connection;
    private bool _givenUp;

    public ReplicationWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += Hear;
    }

    /// <exception cref="DatabaseUnavailableException">It did.</exception>
    public void ThrowIfGivenUp()
    {
        if (_givenUp)
        {
            throw new DatabaseUnavailableException("The database did not wait for its synchronous standby.");
        }
    }

    public void Dispose() => _connection.Notice -= Hear;

    private void Hear(object? sender, NpgsqlNoticeEventArgs notice) => _givenUp |= notice.Notice.Routine == Warner;
}
