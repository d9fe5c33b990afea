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
            Description = "A file from `flownally backup`.",
            CustomParser = OptionValues.ReadFile,
        };
        var force = new Option<bool>("--force") { Description = "Replace a database that contains tenants." };
        var command = new Command("restore", """
            Restore a backup into the embedded database, which is created if it is missing. No process may use it. Needs pg_restore.
            """)
        { file, force };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var path = arguments.GetRequiredValue(file).FullName;
            var data = DatabaseHandle.EmbeddedData(arguments);
            await using (InputFile.Open(path))
            {
                // Open throws a clear message for a file that cannot be read.
            }

            await EmbeddedBackup.RestoreAsync(data, path, arguments.GetValue(force), terminal.Say, cancellationToken);
            terminal.Show(new { Restored = path }, $"{path} is restored into {data}.");
            return ExitStatus.Done;
        }));
        return command;
    }
}
