using Dapper;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>A transaction of another process that came first and holds a lock, until the test ends it.</summary>
internal sealed class Obstacle : IAsyncDisposable
{
    private const string InTheWay = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly Guid _id;

    private Obstacle(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid id) => (_connection, _transaction, _id) = (connection, transaction, id);

    /// <param name="sql">Takes the lock, of what <c>@id</c> names.</param>
    /// <param name="connectionString">Of the database; null for the shared one.</param>
    public static async Task<Obstacle> StandAsync(string sql, Guid id = default, string? connectionString = null)
    {
        var connection = new NpgsqlConnection(connectionString ?? Service.ConnectionString);
        await connection.OpenAsync();
        var obstacle = new Obstacle(connection, await connection.BeginTransactionAsync(), id);
        await connection.ExecuteAsync(sql, new { id }, obstacle._transaction);
        return obstacle;
    }

    /// <summary>Waits until somebody waits for it.</summary>
    public async Task UntilInTheWayAsync()
    {
        for (var attempt = 0; !await _connection.ExecuteScalarAsync<bool>(InTheWay, null, _transaction); attempt++)
        {
            Assert.That(attempt, Is.LessThan(1_000), "nobody comes this way");
            await Task.Delay(10);
        }
    }

    /// <summary>Does something more, and lets it happen or not.</summary>
    public async Task EndAsync(string sql, bool commits)
    {
        await _connection.ExecuteAsync(sql, new { id = _id }, _transaction);
        await (commits ? _transaction.CommitAsync() : _transaction.RollbackAsync());
    }

    /// <summary>Lets what it did happen.</summary>
    public Task CommitAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
