using System.Data;
using Dapper;
using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>
/// The one way to PostgreSQL. A statement says for which tenants it speaks and finds them as <c>@tenant_id</c>
/// (one tenant) or <c>@tenant_ids</c> (several). An outage becomes <see cref="DatabaseUnavailableException"/>.
/// </summary>
internal sealed class Database(NpgsqlDataSource dataSource, DatabaseReadiness readiness) : IDatabaseProbe
{
    public Task CheckAsync(CancellationToken cancellationToken) => ExecuteAsync(TenantScope.All, "SELECT 1", null, cancellationToken);

    public Task<IReadOnlyList<T>> QueryAsync<T>(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<T>>(async (connection, token) =>
            (await connection.QueryAsync<T>(Command(scope, sql, parameters, null, token))).AsList(), cancellationToken);

    public Task<T?> FindAsync<T>(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync((connection, token) =>
            connection.QuerySingleOrDefaultAsync<T>(Command(scope, sql, parameters, null, token)), cancellationToken);

    public Task<int> ExecuteAsync(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync((connection, token) => connection.ExecuteAsync(Command(scope, sql, parameters, null, token)), cancellationToken);

    /// <summary>Reads several result sets in one round trip.</summary>
    public Task<T> QueryMultipleAsync<T>(TenantScope scope, string sql, object? parameters, Func<SqlMapper.GridReader, Task<T>> read,
        CancellationToken cancellationToken) =>
        RunAsync(async (connection, token) =>
        {
            await using var results = await connection.QueryMultipleAsync(Command(scope, sql, parameters, null, token));
            return await read(results);
        }, cancellationToken);

    /// <summary>Runs statements that take effect together or not at all (READ COMMITTED).</summary>
    public Task TransactionAsync(TenantScope scope, Func<Func<string, object, Task>, Task> work, CancellationToken cancellationToken) =>
        RunAsync(async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, token);
            await work((sql, parameters) => connection.ExecuteAsync(Command(scope, sql, parameters, transaction, token)));
            await transaction.CommitAsync(token);
            return true;
        }, cancellationToken);

    private static CommandDefinition Command(TenantScope scope, string sql, object? parameters, NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        var all = new DynamicParameters(parameters);
        switch (scope.Tenants)
        {
            case []:
                break;
            case [var tenant]:
                all.Add("tenant_id", tenant);
                goto default;
            default:
                all.Add("tenant_ids", scope.Tenants);
                break;
        }

        return new CommandDefinition(sql, all, transaction, cancellationToken: cancellationToken);
    }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await readiness.EnsureAsync(cancellationToken);
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            return await work(connection, cancellationToken);
        }
        catch (NpgsqlException exception) when (Outage.Is(exception))
        {
            throw new DatabaseUnavailableException("The database cannot be reached.", exception);
        }
    }
}
