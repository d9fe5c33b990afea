using System.CommandLine;
using Flownally.Infrastructure.Database;

namespace Flownally.Api.CommandLine;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Bring the database to the newest version; needs the account that owns its tables.");
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, cancellationToken);
            var applied = await Migrator.MigrateAsync(database.OwnerConnectionString, cancellationToken);
            terminal.Show(new { applied }, applied.Count == 0 ? ["The database is up to date."] : applied);
            return 0;
        }));
        return command;
    }
}
