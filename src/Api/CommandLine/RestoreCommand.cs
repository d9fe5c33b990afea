using System.CommandLine;
using Flownally.Infrastructure.EmbeddedPostgres;

namespace Flownally.Api.CommandLine;

internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A file that `flownally backup` has written." }.AcceptExistingOnly();
        var force = new Option<bool>("--force") { Description = "Replace a database that holds workspaces." };
        var command = new Command("restore", "Restore a backup into the embedded database; no process may use it. Needs pg_restore.") { file, force };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var path = arguments.GetRequiredValue(file).FullName;
            await EmbeddedBackup.RestoreAsync(DatabaseHandle.EmbeddedData(arguments), path, arguments.GetValue(force), Terminal.Say, cancellationToken);
            terminal.Show(new { Restored = path }, $"{path} is restored.");
            return 0;
        }));
        return command;
    }
}
