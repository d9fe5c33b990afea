using System.CommandLine;
using Flownally.Api.CommandLine.Input;
using Flownally.Infrastructure.EmbeddedPostgres;

namespace Flownally.Api.CommandLine;

internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "A file that `flownally backup` has written.",
            CustomParser = OptionValues.ReadFile,
        };
        var force = new Option<bool>("--force") { Description = "Replace a database that holds tenants." };
        var command = new Command("restore", """
            Restore a backup into the embedded database, which is made if there is none; no process may use it. Needs pg_restore.
            """)
        { file, force };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var path = arguments.GetRequiredValue(file).FullName;
            var data = DatabaseHandle.EmbeddedData(arguments);
            await using (InputFile.Open(path))
            {
                // what cannot be read is told in a sentence
            }

            await EmbeddedBackup.RestoreAsync(data, path, arguments.GetValue(force), terminal.Say, cancellationToken);
            terminal.Show(new { Restored = path }, $"{path} is restored into {data}.");
            return ExitStatus.Done;
        }));
        return command;
    }
}
