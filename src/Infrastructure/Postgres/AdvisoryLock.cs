using Dapper;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>A lock between processes on a database. It is released when disposed or when the process dies.</summary>
public sealed class AdvisoryLock : IAsyncDisposable
{
    private const string Take = "SELECT true FROM pg_advisory_lock(hashtext(@name))";

    private const string TryTake = "SELECT pg_try_advisory_lock(hashtext(@name))";

    private readonly NpgsqlConnection _connection;

    private AdvisoryLock(NpgsqlConnection connection) => _connection = connection;

    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<AdvisoryLock> TakeAsync(string connectionString, string name, CancellationToken cancellationToken) =>
        (await TakeAsync(connectionString, Take, name, setUp: null, cancellationToken))!;

    /// <summary>
    /// Takes the lock without waiting. A waiting session holds a snapshot, and detaching a partition waits for snapshots.
    /// </summary>
    /// <param name="setUp">The first statement of the session; null for none.</param>
    /// <returns>Null if another process holds the lock.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static Task<AdvisoryLock?> TryTakeAsync(
        string connectionString, string name, CancellationToken cancellationToken, string? setUp = null) =>
        TakeAsync(connectionString, TryTake, name, setUp, cancellationToken);

    private static async Task<AdvisoryLock?> TakeAsync(
        string connectionString, string statement, string name, string? setUp, CancellationToken cancellationToken)
    {
        // Not pooled, because the lock ends with its session.
        var connection = new NpgsqlConnection(ConnectionStrings.Unpooled(connectionString));
        var taken = false;
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (setUp is not null)
            {
                await connection.ExecuteAsync(new CommandDefinition(setUp, cancellationToken: cancellationToken));
            }

            taken = await connection.ExecuteScalarAsync<bool>(
                new CommandDefinition(statement, new { name }, commandTimeout: 0, cancellationToken: cancellationToken));
            return taken ? new AdvisoryLock(connection) : null;
        }
        finally
        {
            if (!taken)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <exception cref="NpgsqlException">The session and its lock have ended.</exception>
    public Task CheckAsync(CancellationToken cancellationToken) =>
        _connection.ExecuteAsync(new CommandDefinition("SELECT 1", cancellationToken: cancellationToken));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
