using Dapper;
using Flownally.Infrastructure.Postgres;
using Npgsql;

namespace Flownally.Infrastructure.Feed;

/// <summary>
/// Moves the feed's clock far ahead. To be done before the first write after a database was brought back to an earlier state: transaction
/// ids are used again then, and a cursor that was given out before would lie ahead of what is recorded now, and skip it. A process sees
/// by itself that the server or its timeline is another one, but not that a snapshot of the server was restored.
/// </summary>
public static class FeedMove
{
    private const string Move = "SELECT move_feed_clock()";

    public static async Task MoveAsync(string ownerConnectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionStrings.Unpooled(ownerConnectionString));
        await connection.ExecuteAsync(new CommandDefinition(Move, cancellationToken: cancellationToken));
    }
}
