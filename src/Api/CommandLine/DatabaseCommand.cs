using System.CommandLine;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Feed;

namespace Flownally.Api.CommandLine;

internal static class DatabaseCommand
{
    public static Command Create() => new("database", "Maintain the whole database.") { UpgradeCommand(), MovedCommand() };

    private static Command UpgradeCommand()
    {
        var command = new Command("upgrade", """
            Upgrade the embedded database to the newest PostgreSQL on this machine. Needs pg_dump. No process may use the database.
            """);
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var outcome = await EmbeddedUpgrade.RunAsync(DatabaseHandle.EmbeddedData(arguments), terminal.Say, cancellationToken);
            terminal.Show(new { outcome.From, outcome.To, Kept = outcome.OldFolder }, outcome.OldFolder is null
                ? $"The database is one of PostgreSQL {outcome.To}, the newest on this machine."
                : $"The database is one of PostgreSQL {outcome.To} now. The old folder is {outcome.OldFolder}; "
                    + "delete it when everything works. Your own settings in its postgresql.conf are not copied.");
            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command MovedCommand()
    {
        var command = new Command("moved", """
            Run this after the database was restored to an earlier state, such as a snapshot of its volume, and before the service starts.
            Old cursors of the feed would else skip new events. Needs the account that owns the tables.
            """);
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            await FeedMove.MoveAsync(database.OwnerConnectionString, cancellationToken);
            terminal.Show(new { Moved = true }, "The feed continues after all events that it has returned before.");
            return ExitStatus.Done;
        }));
        return command;
    }
}
