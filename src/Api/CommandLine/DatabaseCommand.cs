using System.CommandLine;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Feed;

namespace Flownally.Api.CommandLine;

internal static class DatabaseCommand
{
    public static Command Create() => new("database", "The database as a whole.") { UpgradeCommand(), MovedCommand() };

    private static Command UpgradeCommand()
    {
        var command = new Command("upgrade", "Bring the embedded database to the newest PostgreSQL on this machine; needs pg_dump, and that no process uses it.");
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var outcome = await EmbeddedUpgrade.RunAsync(DatabaseHandle.EmbeddedData(arguments), terminal.Say, cancellationToken);
            terminal.Show(outcome, outcome.OldFolder is null
                ? $"The database is one of PostgreSQL {outcome.To}, the newest on this machine."
                : $"The database is one of PostgreSQL {outcome.To} now. The old folder lies in {outcome.OldFolder}; delete it when all works. Settings of your own in its postgresql.conf are not taken over.");
            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command MovedCommand()
    {
        var command = new Command("moved", "Tell that the database was brought back to an earlier state, such as a snapshot of its volume; needs the account that owns the tables. Run it before the service starts.");
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            await FeedMove.MoveAsync(database.OwnerConnectionString, cancellationToken);
            terminal.Show(new { Moved = true }, "The feed goes on behind all that it has shown before.");
            return ExitStatus.Done;
        }));
        return command;
    }
}
