using System.Data;
using Dapper;
using Flownally.Infrastructure.Feed;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>A transaction. Disposing it before a commit rolls it back.</summary>
internal sealed class DatabaseTransaction : IAsyncDisposable
{
    private readonly TenantScope _scope;
    private readonly PrimarySessions _sessions;
    private readonly Session _session;
    private readonly NpgsqlTransaction _transaction;
    private bool _committing;

    private DatabaseTransaction(TenantScope scope, PrimarySessions sessions, Session session, NpgsqlTransaction transaction) =>
        (_scope, _sessions, _session, _transaction) = (scope, sessions, session, transaction);

    private NpgsqlConnection Connection => _session.Connection;

    public static async Task<DatabaseTransaction> BeginAsync(PrimarySessions sessions, TenantScope scope, IsolationLevel isolation,
        CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(scope, cancellationToken);
        try
        {
            var transaction = await session.Connection.BeginTransactionAsync(isolation, cancellationToken);
            return new DatabaseTransaction(scope, sessions, session, transaction);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        var command = _scope.Command(sql, parameters, _transaction, Database.ReadTimeoutSeconds, cancellationToken);
        return (await RunAsync(Connection.QueryAsync<T>(command))).AsList();
    }

    /// <param name="seconds">The timeout; 0 for none.</param>
    public Task<T?> FindAsync<T>(
        string sql, object? parameters, CancellationToken cancellationToken, int seconds = Database.ReadTimeoutSeconds) =>
        RunAsync(Connection.QuerySingleOrDefaultAsync<T>(_scope.Command(sql, parameters, _transaction, seconds, cancellationToken)));

    /// <summary>Reads any number of rows, one at a time, in constant memory. There is no timeout; the caller can cancel.</summary>
    /// <typeparam name="T">A type with a member for each column.</typeparam>
    public Task ReadAsync<T>(string sql, object? parameters, Action<T> visit, CancellationToken cancellationToken) =>
        RunAsync(VisitAsync(_scope.Command(sql, parameters, _transaction, seconds: 0, cancellationToken), visit));

    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(Connection.ExecuteAsync(_scope.Command(sql, parameters, _transaction, Database.ReadTimeoutSeconds, cancellationToken)));

    /// <summary>Commits. The transaction must not be used afterwards, also after a failure.</summary>
    public Task CommitAsync(CancellationToken cancellationToken)
    {
        _committing = true;
        return RunAsync(StatementCompletion.WaitAsync(CommitAsync(), _sessions, cancellationToken));
    }

    public ValueTask DisposeAsync() => _committing ? ValueTask.CompletedTask : EndAsync();

    private async Task<bool> VisitAsync<T>(CommandDefinition command, Action<T> visit)
    {
        await using var reader = await Connection.ExecuteReaderAsync(command);
        var read = reader.GetRowParser<T>();
        try
        {
            while (await reader.ReadAsync(command.CancellationToken))
            {
                command.CancellationToken.ThrowIfCancellationRequested(); // ReadAsync ignores the token for buffered rows
                visit(read(reader));
            }
        }
        catch
        {
            ((IWrappedDataReader)reader).Command.Cancel(); // else DisposeAsync would read the remaining rows
            throw;
        }

        return true;
    }

    private async Task<bool> CommitAsync()
    {
        try
        {
            using var replication = new ReplicationWatch(Connection);
            await _transaction.CommitAsync(CancellationToken.None);
            replication.ThrowIfGivenUp();
            return true;
        }
        finally
        {
            await EndAsync();
        }
    }

    private async ValueTask EndAsync()
    {
        try
        {
            await _transaction.DisposeAsync();
        }
        finally
        {
            await _session.DisposeAsync();
        }
    }

    private async Task<T> RunAsync<T>(Task<T> statement)
    {
        try
        {
            return await statement;
        }
        catch (NpgsqlException exception) when (Outage.Is(exception))
        {
            if (exception.SqlState == FeedClock.Moved)
            {
                _sessions.Renew();
            }

            throw Outage.Wrap(exception);
        }
    }
}
