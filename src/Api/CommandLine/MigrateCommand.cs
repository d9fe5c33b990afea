using System.CommandLine;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Api.CommandLine;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var force = new Option<bool>("--force") { Description = "Migrate even if older processes are running that could not go on." };
        var command = new Command("migrate", "Migrate the database to the newest version; needs the owner of its tables.") { force };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken, create: true);
            var applied = await Migrator.MigrateAsync(database.OwnerConnectionString, cancellationToken, arguments.GetValue(force));
            terminal.Show(new { applied }, applied.Count == 0 ? ["The database is up to date."] : applied);
            return ExitStatus.Done;
        }));
        return command;
    }
}
