using System.CommandLine;
using System.Text.Json;
using Flownally.Api.Http.Json;
using Flownally.Application;
using Flownally.Domain;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;
using Spectre.Console;

namespace Flownally.Api.CommandLine;

/// <summary>
/// The output of commands: results on standard output, notes and errors on standard error, as text or as one JSON object per line.
/// </summary>
internal sealed class Terminal(bool json)
{
    private const string Failed = "failed";
    private const string WrongUse = "wrongUse";
    private const string Unavailable = "databaseUnavailable"; // the code of the API

    /// <summary>Wider than any line, so that no line is wrapped.</summary>
    private const int TableWidth = 10_000;

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print results, and errors on standard error, as JSON: one object per line.",
        Recursive = true,
    };

    /// <summary>Runs a command, and reports its errors as sentences and as an exit status.</summary>
    public static async Task<int> RunAsync(ParseResult arguments, Func<Terminal, Task<int>> command)
    {
        var terminal = new Terminal(arguments.GetValue(Json));
        try
        {
            return await command(terminal);
        }
        catch (Exception exception) when (exception is WrongUseException or EmbeddedServerMissingException or InvalidDataException)
        {
            return terminal.RefuseUse(exception.Message);
        }
        catch (OptionsValidationException exception)
        {
            return terminal.RefuseUse([.. exception.Failures]);
        }
        catch (AggregateException sections) when (sections.InnerExceptions.All(section => section is OptionsValidationException))
        {
            return terminal.RefuseUse([.. sections.InnerExceptions.OfType<OptionsValidationException>().SelectMany(one => one.Failures)]);
        }
        catch (Exception exception) when (Outage.Explain(exception) is { } outage)
        {
            terminal.WriteError(Unavailable, [outage]);
            return ExitStatus.Failed;
        }
        catch (DatabaseUnavailableException exception)
        {
            terminal.WriteError(Unavailable, [exception.Message]);
            return ExitStatus.Failed;
        }
        catch (PostgresException exception)
        {
            return terminal.Fail($"PostgreSQL refuses: {exception.MessageText} ({exception.SqlState}).");
        }
        catch (Exception exception) when (exception is EmbeddedServerException or MigrationRefusedException
            or IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(exception.Message);
        }
        catch (OperationCanceledException)
        {
            return ExitStatus.Interrupted;
        }
    }

    /// <summary>Writes a note for people, which scripts ignore.</summary>
    public void Say(string sentence) =>
        Console.Error.WriteLine(json ? JsonSerializer.Serialize(new { Note = sentence }, ApiJson.Options) : sentence);

    /// <param name="value">The output with <c>--json</c>, on one line.</param>
    /// <param name="lines">The output for people.</param>
    public void Show(object value, params IEnumerable<string> lines)
    {
        foreach (var line in json ? [JsonSerializer.Serialize(value, ApiJson.Options)] : lines)
        {
            Console.Out.WriteLine(line);
        }
    }

    /// <summary>Prints a table with headings.</summary>
    /// <param name="value">The output with <c>--json</c>, on one line.</param>
    /// <param name="none">The output for people if there are no rows.</param>
    public void ShowTable(object value, string[] headings, IReadOnlyCollection<string[]> rows, string none)
    {
        if (json)
        {
            Show(value);
        }
        else if (rows.Count == 0)
        {
            Say(none);
        }
        else
        {
            WriteTable(headings, rows);
        }
    }

    /// <summary>Reports why a command was refused. Options have the names of the request's fields.</summary>
    /// <returns>The exit status.</returns>
    public int Refuse(Error error)
    {
        if (error.Violations.Count > 0)
        {
            return RefuseUse([.. error.Violations.Select(fault => $"--{fault.Field.Split('[')[0]}: {fault.Message}")]); // scopes[0]
        }

        WriteError(error.Code, [error.Detail]);
        return ExitStatus.Failed;
    }

    /// <summary>Reports why a command failed.</summary>
    /// <returns>The exit status.</returns>
    public int Fail(string sentence)
    {
        WriteError(Failed, [sentence]);
        return ExitStatus.Failed;
    }

    /// <summary>Reports errors in the arguments or the configuration, one line for each.</summary>
    /// <returns>The exit status.</returns>
    public int RefuseUse(params IReadOnlyList<string> faults)
    {
        WriteError(WrongUse, faults);
        return ExitStatus.WrongUse;
    }

    private void WriteError(string code, IReadOnlyList<string> sentences) => Console.Error.WriteLine(json
        ? JsonSerializer.Serialize(new { Code = code, Detail = string.Join(' ', sentences) }, ApiJson.Options)
        : string.Join('\n', sentences));

    private static void WriteTable(string[] headings, IReadOnlyCollection<string[]> rows)
    {
        var table = new Table().NoBorder();
        foreach (var (i, heading) in headings.Index())
        {
            table.AddColumn(new TableColumn(new Text(heading)).NoWrap().Padding(0, 0, i == headings.Length - 1 ? 0 : 2, 0));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(VisibleText.Of(cell))));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        console.Profile.Width = TableWidth;
        console.Write(table);
    }
}
