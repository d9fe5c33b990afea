using Dapper;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>Lets one process at a time do something to a database. Given back when disposed, or when the process dies.</summary>
public sealed class AdvisoryLock : IAsyncDisposable
{
    private const string Take = "SELECT true FROM pg_advisory_lock(hashtext(@name))";

    private const string TryTake = "SELECT pg_try_advisory_lock(hashtext(@name))";

    private readonly NpgsqlConnection _connection;

    private AdvisoryLock(NpgsqlConnection connection) => _connection = connection;

    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<AdvisoryLock> TakeAsync(string connectionString, string name, CancellationToken cancellationToken) =>
        (await TakeAsync(connectionString, Take, name, setUp: null, cancellationToken))!;

    /// <summary>Does not wait. Whoever waits for a lock holds a snapshot, for which detaching a partition would wait in turn.</summary>
    /// <param name="setUp">A statement that the session begins with; null for none.</param>
    /// <returns>Null where another process has it.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static Task<AdvisoryLock?> TryTakeAsync(string connectionString, string name, CancellationToken cancellationToken, string? setUp = null) =>
        TakeAsync(connectionString, TryTake, name, setUp, cancellationToken);

    private static async Task<AdvisoryLock?> TakeAsync(string connectionString, string statement, string name, string? setUp, CancellationToken cancellationToken)
    {
        // Not pooled: the lock belongs to the session and goes with it.
        var connection = new NpgsqlConnection(ConnectionStrings.Unpooled(connectionString));
        var taken = false;
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (setUp is not null)
            {
                await connection.ExecuteAsync(new CommandDefinition(setUp, cancellationToken: cancellationToken));
            }

            taken = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(statement, new { name }, commandTimeout: 0, cancellationToken: cancellationToken));
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

    /// <exception cref="NpgsqlException">The session has ended, and the lock with it.</exception>
    public Task CheckAsync(CancellationToken cancellationToken) =>
        _connection.ExecuteAsync(new CommandDefinition("SELECT 1", cancellationToken: cancellationToken));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
