using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Flownally.Api.CommandLine;

/// <summary>The program <c>flownally</c>: the service and its commands.</summary>
internal static class FlownallyCommand
{
    /// <summary>The time to finish running calls after a stop signal, and then to stop PostgreSQL.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Outside of Windows these look like paths.</summary>
    private static readonly string[] WindowsHelpAliases = ["/?", "/h"];

    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Records events of your contacts durably, each exactly once.")
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
        foreach (var alias in WindowsHelpAliases)
        {
            root.Options.OfType<HelpOption>().Single().Aliases.Remove(alias);
        }

        root.Options.Add(Terminal.Json);
        root.Options.Add(DatabaseHandle.Data);
        var call = root.Parse(args is [] ? ["--help"] : args);
        return call.Action is ParseErrorAction ? Task.FromResult(Refuse(call)) : call.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTimeout,
        });
    }

    /// <summary>Reports a wrong call and the help for it.</summary>
    private static int Refuse(ParseResult call)
    {
        var command = call.CommandResult.Command;
        var names = command.Subcommands.Select(subcommand => subcommand.Name).ToList();
        var unknown = call.UnmatchedTokens is [var word, ..] ? $"; '{word}' is not a command" : "";
        var faults = names.Count > 0
            ? [$"Name one of the commands {string.Join(", ", names)}{unknown}."]
            : call.Errors.Select(error => error.Message).Distinct();
        return new Terminal(call.GetValue(Terminal.Json)).RefuseUse([.. faults, $"See: {Path(command)} --help"]);
    }

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "flownally";
}
