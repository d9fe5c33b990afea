using System.CommandLine;

namespace Flownally.Api.CommandLine;

/// <summary>The program <c>flownally</c>: a service, and the commands to run it.</summary>
internal static class FlownallyCommand
{
    /// <summary>For the calls that are being answered when the process is told to stop, and for PostgreSQL after them.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromMinutes(1);

    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Records what happens to your contacts, once and for good.")
        {
            ServeCommand.Create(),
            MigrateCommand.Create(),
            TenantsCommand.Create(),
            KeysCommand.Create(),
            ContactsCommand.Create(),
            EventsCommand.Create(),
            SchemaCommand.Create(),
            RetentionCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            DatabaseCommand.Create(),
        };
        root.Options.Add(Terminal.Json);
        root.Options.Add(DatabaseHandle.Data);
        return root.Parse(args).InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTime,
        });
    }
}
