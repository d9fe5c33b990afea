using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using Flownally.Api.CommandLine.Import;
using Flownally.Api.CommandLine.Input;
using Flownally.Api.Demo;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.CommandLine;

internal static class EventsCommand
{
    private const string DefaultUrl = "http://127.0.0.1:5080";
    private const string KeyVariable = "FLOWNALLY_API_KEY";

    /// <summary>Every event is recorded, by this import or an earlier one.</summary>
    private const int Done = ExitStatus.Done;

    /// <summary>Some lines were refused.</summary>
    private const int SomeRefused = ExitStatus.Failed;

    /// <summary>Some lines could not be read or sent, or got no response.</summary>
    private const int NotFinished = ExitStatus.WrongUse;

    public static Command Create() => new("events", "Events of contacts.") { ImportEventsCommand() };

    private static Command ImportEventsCommand()
    {
        var file = new Argument<string>("file")
        {
            Description = "One event per line, in the format of POST /v1/events; may be compressed with gzip; - reads standard input.",
        };
        var url = new Option<Uri>("--url")
        {
            Description = "The address of the service.",
            DefaultValueFactory = _ => new Uri(DefaultUrl),
            CustomParser = ReadUrl,
        };
        var keyFile = new Option<FileInfo?>("--key-file")
        {
            Description = $"A file with an API key of the scope event:create. Default: the key in {KeyVariable}, else the demo's key.",
            CustomParser = OptionValues.ReadFile,
        };
        var refused = new Option<string?>("--refused")
        {
            Description = "The file for refused lines and the reasons. Default: FILE.refused.ndjson; refused.ndjson for standard input.",
        };
        var batchSize = Number("--batch-size", "Events per call.", byDefault: 500, max: 1_000);
        var inFlight = Number("--in-flight", "Concurrent calls.", byDefault: 4, max: 64);
        var retryFor = Number("--retry-for", "Seconds for which failed calls are retried.", byDefault: 300, max: 86_400, min: 0);
        var suppressJourneys = new Option<bool>("--suppress-journeys")
        {
            Description = "No journey reacts to the events; use it to load history. A line's own \"suppressJourneys\" takes precedence.",
        };
        var command = new Command("import", """
            Record many events through the service's API. A line without "idempotencyKey" gets a key from its number and the SHA-256
            of its text. So the same file can be imported again, after an interruption or with new lines at its end, and no event is
            recorded twice. Two files with the same text on the same line share that line's key.
            Exit status 0: all events are recorded, now or before; 1: lines were refused; 2: not finished; 130: interrupted.
            """)
        { file, url, keyFile, refused, batchSize, inFlight, retryFor, suppressJourneys };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            try
            {
                var path = arguments.GetRequiredValue(file);
                var key = await ReadKeyAsync(arguments, keyFile, cancellationToken);
                await using var input = InputLines.Open(path);
                using var refusedLines = new RefusedLines(arguments.GetValue(refused) ?? DefaultRefusedFile(path));
                if (Path.GetFullPath(refusedLines.Path) == Path.GetFullPath(path))
                {
                    return terminal.RefuseUse("The file for refused lines is the file of events; name another file with --refused.");
                }

                if (!OutputFile.CanBeCreated(refusedLines.Path))
                {
                    return terminal.RefuseUse(
                        $"The refused lines cannot be written to {refusedLines.Path}; name a file in an existing folder with --refused.");
                }

                var clock = TimeProvider.System;
                using var service = new BatchCall(arguments.GetRequiredValue(url), key, clock);
                var progress = Console.IsErrorRedirected || arguments.GetValue(Terminal.Json) ? null : new ImportProgress(clock);
                var options = new EventImportOptions(
                    arguments.GetValue(batchSize), arguments.GetValue(inFlight), TimeSpan.FromSeconds(arguments.GetValue(retryFor)),
                    arguments.GetValue(suppressJourneys));
                var import = new EventImport(
                    input, service, refusedLines, options, progress is null ? terminal.Say : progress.WriteNote, clock, new RandomSource());
                var start = clock.GetTimestamp();
                var ended = progress is null
                    ? await import.RunAsync(cancellationToken)
                    : await progress.ShowAsync(import, input, () => import.RunAsync(cancellationToken));
                Show(terminal, import, refusedLines, clock.GetElapsedTime(start), ended);
                return !ended ? ExitStatus.Interrupted
                    : import.Fault is not null ? NotFinished
                    : import.Refused > 0 ? SomeRefused
                    : Done;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return terminal.RefuseUse(exception.Message);
            }
        }));
        return command;
    }

    private static void Show(Terminal terminal, EventImport import, RefusedLines refusedLines, TimeSpan time, bool ended)
    {
        terminal.Show(
            new { import.Recorded, import.RecordedBefore, import.Refused, import.Unfinished, Seconds = Math.Round(time.TotalSeconds, 3) },
            string.Create(CultureInfo.InvariantCulture,
                $"{import.Recorded} events recorded, {import.RecordedBefore} recorded before, {import.Refused} refused, ")
            + string.Create(CultureInfo.InvariantCulture, $"{import.Unfinished} unfinished, in {time.TotalSeconds:0.0} seconds."));
        if (import.Refused > 0)
        {
            terminal.Say($"{refusedLines.Path} contains the refused lines and the reasons. The first is {refusedLines.First}");
        }

        if (import.Fault is { } fault)
        {
            terminal.Fail(fault);
        }

        if (import.LastLine > 0 && (!ended || import.Fault is not null))
        {
            terminal.Say($"The import ended early; line {import.LastLine} was the last line read. Import the file again for the rest.");
        }
    }

    /// <summary>The key is never an argument, because other processes can read command lines.</summary>
    /// <exception cref="WrongUseException">There is no key.</exception>
    private static async Task<ApiKeySecret> ReadKeyAsync(
        ParseResult arguments, Option<FileInfo?> keyFile, CancellationToken cancellationToken)
    {
        var file = arguments.GetValue(keyFile);
        var text = file is null ? Environment.GetEnvironmentVariable(KeyVariable) : null;
        var source = text is null
            ? (file ?? DemoTenant.KeyFileIn(arguments.GetRequiredValue(DatabaseHandle.Data))).FullName
            : KeyVariable;
        if (text is null && (file is not null || File.Exists(source)))
        {
            text = Encoding.UTF8.GetString(await InputFile.ReadAsync(source, cancellationToken));
        }

        return text is null ? throw new WrongUseException($"There is no API key: set {KeyVariable}, or name a file with --key-file.")
            : ApiKeySecret.TryParse(text.AsSpan().Trim(), out var key) ? key
            : throw new WrongUseException($"{source} does not contain an API key.");
    }

    private static string DefaultRefusedFile(string path) =>
        path == InputLines.StandardInput ? "refused.ndjson" : path + ".refused.ndjson";

    private static Uri ReadUrl(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))
        {
            return url;
        }

        OptionValues.Refuse(argument, $"an address such as {DefaultUrl}");
        return new Uri(DefaultUrl);
    }

    private static Option<int> Number(string name, string description, int byDefault, int max, int min = 1) => new(name)
    {
        Description = $"{description} {min} to {max}.",
        DefaultValueFactory = _ => byDefault,
        CustomParser = argument => OptionValues.ReadNumber(argument, min, max),
    };
}
