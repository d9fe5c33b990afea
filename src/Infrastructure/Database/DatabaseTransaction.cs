using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>Statements that take effect together when committed; disposing it uncommitted undoes them.</summary>
internal sealed class DatabaseTransaction : IAsyncDisposable
{
    private readonly TenantScope _scope;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private DatabaseTransaction(TenantScope scope, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_scope, _connection, _transaction) = (scope, connection, transaction);

    public static async Task<DatabaseTransaction> BeginAsync(NpgsqlDataSource dataSource, TenantScope scope, IsolationLevel isolation,
        CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new DatabaseTransaction(scope, connection, await connection.BeginTransactionAsync(isolation, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        (await RunAsync(_connection.QueryAsync<T>(_scope.Command(sql, parameters, _transaction, cancellationToken)))).AsList();

    public Task<T?> FindAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(_connection.QuerySingleOrDefaultAsync<T>(_scope.Command(sql, parameters, _transaction, cancellationToken)));

    /// <summary>Reads any number of rows, one at a time: in constant memory.</summary>
    public Task ReadAsync(string sql, object? parameters, Action<DbDataReader> visit, CancellationToken cancellationToken) =>
        RunAsync(VisitAsync(_scope.Command(sql, parameters, _transaction, cancellationToken), visit));

    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(_connection.ExecuteAsync(_scope.Command(sql, parameters, _transaction, cancellationToken)));

    public Task CommitAsync(CancellationToken cancellationToken) => RunAsync(CommitAndTellAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<bool> VisitAsync(CommandDefinition command, Action<DbDataReader> visit)
    {
        await using var reader = await _connection.ExecuteReaderAsync(command);
        while (await reader.ReadAsync(command.CancellationToken))
        {
            visit(reader);
        }

        return true;
    }

    private async Task<bool> CommitAndTellAsync(CancellationToken cancellationToken)
    {
        await _transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<T> RunAsync<T>(Task<T> statement)
    {
        try
        {
            return await statement;
        }
        catch (NpgsqlException exception) when (Outage.Is(exception))
        {
            throw Outage.Of(exception);
        }
    }
}
