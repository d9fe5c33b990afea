using System.Data;
using Dapper;
using Flownally.Infrastructure.Feed;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>Statements that take effect together when committed; disposing it uncommitted undoes them.</summary>
internal sealed class DatabaseTransaction : IAsyncDisposable
{
    private readonly TenantScope _scope;
    private readonly PrimarySessions _sessions;
    private readonly Session _session;
    private readonly NpgsqlTransaction _transaction;
    private bool _ends;

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

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        (await RunAsync(Connection.QueryAsync<T>(_scope.Command(sql, parameters, _transaction, Database.LongestRead, cancellationToken)))).AsList();

    /// <param name="seconds">After which it is cancelled; 0 for never.</param>
    public Task<T?> FindAsync<T>(string sql, object? parameters, CancellationToken cancellationToken, int seconds = Database.LongestRead) =>
        RunAsync(Connection.QuerySingleOrDefaultAsync<T>(_scope.Command(sql, parameters, _transaction, seconds, cancellationToken)));

    /// <summary>Reads any number of rows, one at a time: in constant memory. No limit of time ends it; its caller can.</summary>
    /// <typeparam name="T">An object with a member for each column.</typeparam>
    public Task ReadAsync<T>(string sql, object? parameters, Action<T> visit, CancellationToken cancellationToken) =>
        RunAsync(VisitAsync(_scope.Command(sql, parameters, _transaction, seconds: 0, cancellationToken), visit));

    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(Connection.ExecuteAsync(_scope.Command(sql, parameters, _transaction, Database.LongestRead, cancellationToken)));

    /// <summary>Whatever becomes of it, the transaction is over: nothing else may be asked of it.</summary>
    public Task CommitAsync(CancellationToken cancellationToken)
    {
        _ends = true;
        return RunAsync(Outcome.OfAsync(CommitAsync(), _sessions, cancellationToken));
    }

    public ValueTask DisposeAsync() => _ends ? ValueTask.CompletedTask : EndAsync();

    private async Task<bool> VisitAsync<T>(CommandDefinition command, Action<T> visit)
    {
        await using var reader = await Connection.ExecuteReaderAsync(command);
        var read = reader.GetRowParser<T>();
        try
        {
            while (await reader.ReadAsync(command.CancellationToken))
            {
                command.CancellationToken.ThrowIfCancellationRequested(); // a row that has arrived already is read without a look at it
                visit(read(reader));
            }
        }
        catch
        {
            ((IWrappedDataReader)reader).Command.Cancel(); // else disposing the reader would read all the other rows
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

            throw Outage.Of(exception);
        }
    }
}
