using Flownally.Application;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Waits for a statement without cancelling it. While a write waits for a synchronous standby, PostgreSQL treats a cancellation as
/// permission to stop waiting, and a failover would then lose an acknowledged write. A caller that waits too long gets an error with an
/// unknown outcome, and the statement goes on. Decision 25.
/// </summary>
internal static class StatementCompletion
{
    /// <summary>System time, like the timeouts of PostgreSQL and Npgsql, not the clock of a test.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>After this time the server may hang and another one may be the primary.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    /// <exception cref="DatabaseUnavailableException">The statement takes too long, or its server is no longer the primary. The write may
    /// or may not be stored.</exception>
    public static async Task<T> WaitAsync<T>(Task<T> statement, PrimarySessions sessions, CancellationToken cancellationToken)
    {
        var (moves, since) = (sessions.Moves, TimeProvider.System.GetTimestamp());
        while (true)
        {
            await ((Task)statement).WaitAsync(CheckInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

            if (TimeProvider.System.GetElapsedTime(since) >= Timeout)
            {
                sessions.Renew(); // the server may hang, and its other sessions too
                throw new DatabaseUnavailableException("The database does not answer in time.");
            }
        }
    }
}
