using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Flownally.Api.CommandLine;

/// <summary>The program <c>flownally</c>: a service, and the commands to run it.</summary>
internal static class FlownallyCommand
{
    /// <summary>For the calls that are being answered when the process is told to stop, and for PostgreSQL after them.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromMinutes(1);

    /// <summary>On other systems they look like paths.</summary>
    private static readonly string[] HelpOfWindows = ["/?", "/h"];

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
        foreach (var alias in HelpOfWindows)
        {
            root.Options.OfType<HelpOption>().Single().Aliases.Remove(alias);
        }

        root.Options.Add(Terminal.Json);
        root.Options.Add(DatabaseHandle.Data);
        var call = root.Parse(args is [] ? ["--help"] : args);
        return call.Action is ParseErrorAction ? Task.FromResult(Refuse(call)) : call.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTime,
        });
    }

    /// <summary>Says what is wrong with a call, and where to read how it is right.</summary>
    private static int Refuse(ParseResult call)
    {
        var command = call.CommandResult.Command;
        var names = command.Subcommands.Select(subcommand => subcommand.Name).ToList();
        var unknown = call.UnmatchedTokens is [var word, ..] ? $"; '{word}' is none" : "";
        var faults = names.Count > 0
            ? [$"Name one of the commands {string.Join(", ", names)}{unknown}."]
            : call.Errors.Select(error => error.Message).Distinct();
        return new Terminal(call.GetValue(Terminal.Json)).RefuseUse([.. faults, $"See: {Path(command)} --help"]);
    }

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "flownally";
}
