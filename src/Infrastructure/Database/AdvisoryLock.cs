using Dapper;
using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>Lets one process at a time do something to a database. Given back when disposed, or when the process dies.</summary>
public sealed class AdvisoryLock : IAsyncDisposable
{
    private const string Take = "SELECT pg_advisory_lock(hashtext(@name))";

    private readonly NpgsqlConnection _connection;

    private AdvisoryLock(NpgsqlConnection connection) => _connection = connection;

    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<AdvisoryLock> TakeAsync(string connectionString, string name, CancellationToken cancellationToken)
    {
        // Not pooled: the lock belongs to the session and goes with it.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(Take, new { name }, commandTimeout: 0, cancellationToken: cancellationToken));
            return new AdvisoryLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
