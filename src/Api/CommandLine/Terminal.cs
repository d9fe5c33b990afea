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
/// How commands speak: results on standard output, notes and errors on standard error; each as text, or as one JSON object a line.
/// </summary>
internal sealed class Terminal(bool json)
{
    private const string Failed = "failed";
    private const string WrongUse = "wrongUse";
    private const string Unavailable = "databaseUnavailable"; // as calls are told it

    /// <summary>Wider than any line, so that none is broken.</summary>
    private const int TableWidth = 10_000;

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print results, and errors on standard error, as JSON: one object a line.",
        Recursive = true,
    };

    /// <summary>Runs a command. What it cannot do is told in a sentence and by the exit status.</summary>
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
            terminal.Complain(Unavailable, [outage]);
            return ExitStatus.Failed;
        }
        catch (DatabaseUnavailableException exception)
        {
            terminal.Complain(Unavailable, [exception.Message]);
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

    /// <summary>Says something to the person that no script waits for.</summary>
    public void Say(string sentence) =>
        Console.Error.WriteLine(json ? JsonSerializer.Serialize(new { Note = sentence }, ApiJson.Options) : sentence);

    /// <summary>Prints a result.</summary>
    /// <param name="value">What <c>--json</c> shows, on one line.</param>
    /// <param name="lines">What a person reads.</param>
    public void Show(object value, params IEnumerable<string> lines)
    {
        foreach (var line in json ? [JsonSerializer.Serialize(value, ApiJson.Options)] : lines)
        {
            Console.Out.WriteLine(line);
        }
    }

    /// <summary>Prints a list, below headings.</summary>
    /// <param name="value">What <c>--json</c> shows, on one line.</param>
    /// <param name="none">What a person reads where there are no rows.</param>
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

    /// <summary>Says why a command was refused. What a request's fields hold stands in options of the same names.</summary>
    /// <returns>The exit status.</returns>
    public int Refuse(Error error)
    {
        if (error.Violations.Count > 0)
        {
            return RefuseUse([.. error.Violations.Select(fault => $"--{fault.Field.Split('[')[0]}: {fault.Message}")]); // scopes[0]
        }

        Complain(error.Code, [error.Detail]);
        return ExitStatus.Failed;
    }

    /// <summary>Says why a command has failed.</summary>
    /// <returns>The exit status.</returns>
    public int Fail(string sentence)
    {
        Complain(Failed, [sentence]);
        return ExitStatus.Failed;
    }

    /// <summary>Says what is wrong with a call of the program or with its configuration, a line for each fault.</summary>
    /// <returns>The exit status.</returns>
    public int RefuseUse(params IReadOnlyList<string> faults)
    {
        Complain(WrongUse, faults);
        return ExitStatus.WrongUse;
    }

    private void Complain(string code, IReadOnlyList<string> sentences) => Console.Error.WriteLine(json
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
