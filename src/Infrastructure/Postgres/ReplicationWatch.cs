using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Detects that the server stopped waiting for a synchronous standby during a statement, for example because an operator cancelled the
/// wait. The statement then succeeds, but a failover may lose its write.
/// </summary>
internal sealed class ReplicationWatch : IDisposable
{
    /// <summary>
    /// The function of PostgreSQL that sends the warning. The warning's text depends on the server's language, and its code is generic.
    /// </summary>
    private const string WarningRoutine = "SyncRepWaitForLSN";

    private readonly NpgsqlConnection _connection;
    private bool _givenUp;

    public ReplicationWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += OnNotice;
    }

    /// <exception cref="DatabaseUnavailableException">The server stopped waiting.</exception>
    public void ThrowIfGivenUp()
    {
        if (_givenUp)
        {
            throw new DatabaseUnavailableException("The database did not wait for its synchronous standby.");
        }
    }

    public void Dispose() => _connection.Notice -= OnNotice;

    private void OnNotice(object? sender, NpgsqlNoticeEventArgs notice) => _givenUp |= notice.Notice.Routine == WarningRoutine;
}
