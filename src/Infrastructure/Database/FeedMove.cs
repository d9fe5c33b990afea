using Dapper;
using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>
/// Moves the feed's clock far ahead. To be done before the first write after a database was brought back to an earlier state: transaction
/// ids are used again then, and a cursor that was given out before would lie ahead of what is recorded now, and skip it.
/// </summary>
public static class FeedMove
{
    private const string IsKnown = "SELECT to_regprocedure('move_feed_clock()') IS NOT NULL";

    private const string Move = "SELECT move_feed_clock()";

    public static async Task MoveAsync(string ownerConnectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false }.ConnectionString);
        if (await connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsKnown, cancellationToken: cancellationToken)))
        {
            await connection.ExecuteAsync(new CommandDefinition(Move, cancellationToken: cancellationToken));
        }
    }
}
