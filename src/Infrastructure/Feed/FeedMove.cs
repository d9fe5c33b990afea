using Dapper;
using Flownally.Infrastructure.Postgres;
using Npgsql;

namespace Flownally.Infrastructure.Feed;

/// <summary>
/// Moves the feed's clock far ahead. This is necessary after a restore to an earlier state, before the first write: transaction ids repeat
/// then, and an old cursor would be ahead of new events and skip them. A process detects another server or timeline by itself, but not a
/// restored snapshot of the same server.
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
