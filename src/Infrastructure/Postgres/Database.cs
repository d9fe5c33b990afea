using System.Data;
using System.Data.Common;
using Dapper;
using Flownally.Application;
using Flownally.Infrastructure.Feed;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Runs all statements of the service. Each statement has a scope, the tenants that it may touch, and uses it as <c>@tenant_id</c> (one
/// tenant) or <c>@tenant_ids</c> (several). An outage becomes <see cref="DatabaseUnavailableException"/>.
/// </summary>
internal sealed class Database(PrimarySessions sessions, DatabaseReadiness readiness)
{
    /// <summary>
    /// Seconds after which a read is cancelled; this takes longer if the server does not answer at all. A write is never cancelled: see
    /// <see cref="StatementCompletion"/>.
    /// </summary>
    public const int ReadTimeoutSeconds = 12;

    public Task CheckAsync(CancellationToken cancellationToken) => FindAsync<int>(TenantScope.All, "SELECT 1", null, cancellationToken);

    public Task<IReadOnlyList<T>> QueryAsync<T>(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        RunReadAsync<IReadOnlyList<T>>(scope, async (connection, token) =>
            (await connection.QueryAsync<T>(scope.Command(sql, parameters, null, ReadTimeoutSeconds, token))).AsList(), cancellationToken);

    public Task<T?> FindAsync<T>(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        RunReadAsync(scope, (connection, token) =>
            connection.QuerySingleOrDefaultAsync<T>(scope.Command(sql, parameters, null, ReadTimeoutSeconds, token)), cancellationToken);

    /// <summary>Reads two objects from each row; the second may be null.</summary>
    /// <param name="second">The first column of the second object. If it is null, the object is null.</param>
    public Task<IReadOnlyList<(T1 First, T2? Second)>> QueryAsync<T1, T2>(TenantScope scope, string sql, object? parameters, string second,
        CancellationToken cancellationToken)
        where T2 : class =>
        RunReadAsync<IReadOnlyList<(T1, T2?)>>(scope, async (connection, token) => (await connection.QueryAsync<T1, T2?, (T1, T2?)>(
            scope.Command(sql, parameters, null, ReadTimeoutSeconds, token), (one, other) => (one, other), second)).AsList(),
            cancellationToken);

    /// <summary>Reads row by row; the caller may stop before the last row.</summary>
    public Task<T> ReadAsync<T>(TenantScope scope, string sql, object? parameters, Func<DbDataReader, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) =>
        RunReadAsync(scope, async (connection, token) =>
        {
            await using var reader = await connection.ExecuteReaderAsync(scope.Command(sql, parameters, null, ReadTimeoutSeconds, token));
            return await read(reader, token);
        }, cancellationToken);

    /// <summary>Reads several result sets in one round trip.</summary>
    public Task<T> QueryMultipleAsync<T>(TenantScope scope, string sql, object? parameters, Func<SqlMapper.GridReader, Task<T>> read,
        CancellationToken cancellationToken) =>
        RunReadAsync(scope, async (connection, token) =>
        {
            await using var results = await connection.QueryMultipleAsync(scope.Command(sql, parameters, null, ReadTimeoutSeconds, token));
            return await read(results);
        }, cancellationToken);

    /// <summary>Writes, and returns what the statement returns.</summary>
    public Task<IReadOnlyList<T>> WriteAsync<T>(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<T>>(scope, async connection =>
            (await connection.QueryAsync<T>(scope.Command(sql, parameters, null, seconds: 0, CancellationToken.None))).AsList(),
            cancellationToken);

    /// <returns>The number of rows.</returns>
    public Task<int> ExecuteAsync(TenantScope scope, string sql, object? parameters, CancellationToken cancellationToken) =>
        WriteAsync(scope, connection =>
            connection.ExecuteAsync(scope.Command(sql, parameters, null, seconds: 0, CancellationToken.None)), cancellationToken);

    /// <summary>Begins a transaction. It holds a session until it ends; the caller must not run other statements meanwhile.</summary>
    /// <param name="isolation">
    /// <see cref="IsolationLevel.ReadCommitted"/> for writes: a statement sees commits that happened while it waited for a lock.
    /// <see cref="IsolationLevel.Snapshot"/> for reads: all statements see the state at the first statement.
    /// </param>
    public Task<DatabaseTransaction> BeginAsync(TenantScope scope, IsolationLevel isolation, CancellationToken cancellationToken) =>
        WithReadinessAsync(() => DatabaseTransaction.BeginAsync(sessions, scope, isolation, cancellationToken), cancellationToken);

    private Task<T> RunReadAsync<T>(
        TenantScope scope, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        StatementCompletion.WaitAsync(RunAsync(scope, work, cancellationToken), sessions, cancellationToken);

    private Task<T> WriteAsync<T>(TenantScope scope, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        StatementCompletion.WaitAsync(RunAsync(scope, async (connection, _) =>
        {
            using var replication = new ReplicationWatch(connection);
            var result = await work(connection);
            replication.ThrowIfGivenUp();
            return result;
        }, CancellationToken.None), sessions, cancellationToken);

    private Task<T> RunAsync<T>(
        TenantScope scope, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        WithReadinessAsync(async () =>
        {
            for (var isFirst = true; ; isFirst = false)
            {
                await using var session = await sessions.OpenAsync(scope, cancellationToken);
                try
                {
                    return await work(session.Connection, cancellationToken);
                }
                catch (PostgresException exception) when (exception.SqlState == FeedClock.Moved && isFirst)
                {
                    sessions.Renew(); // PostgreSQL refused the statement, so a retry is safe
                }
            }
        }, cancellationToken);

    private async Task<T> WithReadinessAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await readiness.EnsureAsync(cancellationToken);
            var result = await work();
            readiness.Succeeded();
            return result;
        }
        catch (NpgsqlException exception) when (Outage.Is(exception))
        {
            var outage = Outage.Wrap(exception);
            readiness.Failed(outage);
            throw outage;
        }
        catch (DatabaseUnavailableException exception)
        {
            readiness.Failed(exception);
            throw;
        }
    }
}
