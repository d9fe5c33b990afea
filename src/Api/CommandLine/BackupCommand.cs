using System.CommandLine;
using System.Globalization;
using Flownally.Infrastructure.EmbeddedPostgres;

namespace Flownally.Api.CommandLine;

internal static class BackupCommand
{
    private const double Megabyte = 1024 * 1024;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "The file to write. An existing backup is replaced when the new one is complete.",
            CustomParser = OptionValues.ReadFile,
        };
        var command = new Command("backup", """
            Back up the embedded database, and the keys beside it, to a file. The service may run meanwhile. Needs pg_dump.
            """)
        { file };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var path = arguments.GetRequiredValue(file).FullName;
            var data = DatabaseHandle.EmbeddedData(arguments);
            if (!OutputFile.CanBeCreated(path))
            {
                return terminal.RefuseUse($"The backup cannot be written to {path}; FILE is a file in a folder that exists.");
            }

            var bytes = await EmbeddedBackup.WriteAsync(data, path, terminal.Say, cancellationToken);
            terminal.Show(new { File = path, Bytes = bytes }, string.Create(CultureInfo.InvariantCulture,
                $"{path} is written: {bytes / Megabyte:N1} MB. It contains all keys and secrets."));
            return ExitStatus.Done;
        }));
        return command;
    }
}
