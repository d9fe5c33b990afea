using System.Data;
using System.Data.Common;
using Dapper;
using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>
/// The one way to PostgreSQL. A statement says for which tenants it speaks and finds them as <c>@tenant_id</c>
/// (one tenant) or <c>@tenant_ids</c> (several). An outage becomes <see cref="DatabaseUnavailableException"/>.
/// </summary>
internal sealed class Database(SessionPool sessions, DatabaseReadiness readiness) : IDatabaseProbe
{
    public Task CheckAsync(CancellationToken cancellationToken) => ExecuteAsync(TenantScope.All, "SELECT 1", null, cancellationToken);

    public Task<IReadOnlyList<T>> QueryAsync<T>(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<T>>(scope, async (connection, token) =>
            (await connection.QueryAsync<T>(scope.Command(sql, parameters, null, token))).AsList(), cancellationToken);

    public Task<T?> FindAsync<T>(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(scope, (connection, token) =>
            connection.QuerySingleOrDefaultAsync<T>(scope.Command(sql, parameters, null, token)), cancellationToken);

    public Task<int> ExecuteAsync(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        RunAsync(scope, (connection, token) => connection.ExecuteAsync(scope.Command(sql, parameters, null, token)), cancellationToken);

    /// <summary>Reads rows by hand, where there are so many that it pays.</summary>
    public Task<T> ReadAsync<T>(TenantScope scope, string sql, object? parameters, Func<DbDataReader, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) =>
        RunAsync(scope, async (connection, token) =>
        {
            await using var reader = await connection.ExecuteReaderAsync(scope.Command(sql, parameters, null, token));
            return await read(reader, token);
        }, cancellationToken);

    /// <summary>Reads several result sets in one round trip.</summary>
    public Task<T> QueryMultipleAsync<T>(TenantScope scope, string sql, object? parameters, Func<SqlMapper.GridReader, Task<T>> read,
        CancellationToken cancellationToken) =>
        RunAsync(scope, async (connection, token) =>
        {
            await using var results = await connection.QueryMultipleAsync(scope.Command(sql, parameters, null, token));
            return await read(results);
        }, cancellationToken);

    /// <summary>Begins statements that take effect together or not at all. They hold a session: until they end, nothing else may be asked of the database.</summary>
    /// <param name="isolation">
    /// <see cref="IsolationLevel.ReadCommitted"/> for what writes: it sees what was committed while it waited for a lock.
    /// <see cref="IsolationLevel.Snapshot"/> for what only reads: one state of the database from the first statement on.
    /// </param>
    public async Task<DatabaseTransaction> BeginAsync(TenantScope scope, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        try
        {
            await readiness.EnsureAsync(cancellationToken);
            return await DatabaseTransaction.BeginAsync(sessions, scope, isolation, cancellationToken);
        }
        catch (NpgsqlException exception) when (Outage.Is(exception))
        {
            throw Outage.Of(exception);
        }
    }

    private async Task<T> RunAsync<T>(TenantScope scope, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await readiness.EnsureAsync(cancellationToken);
            await using var session = await sessions.OpenAsync(scope, cancellationToken);
            return await work(session.Connection, cancellationToken);
        }
        catch (NpgsqlException exception) when (Outage.Is(exception))
        {
            throw Outage.Of(exception);
        }
    }
}
