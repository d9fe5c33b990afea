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

    /// <summary>Every line is recorded, now or by an earlier import.</summary>
    private const int Done = ExitStatus.Done;

    /// <summary>Some lines were refused.</summary>
    private const int SomeRefused = ExitStatus.Failed;

    /// <summary>Not every line could be read, or sent, or was answered.</summary>
    private const int NotFinished = ExitStatus.WrongUse;

    public static Command Create() => new("events", "What happens to contacts.") { ImportEventsCommand() };

    private static Command ImportEventsCommand()
    {
        var file = new Argument<string>("file")
        {
            Description = "An event on each line, as POST /v1/events takes it; may be compressed by gzip; - is standard input.",
        };
        var url = new Option<Uri>("--url") { Description = "Where the service answers.", DefaultValueFactory = _ => new Uri(DefaultUrl), CustomParser = ReadUrl };
        var keyFile = new Option<FileInfo?>("--key-file")
        {
            Description = $"A file that holds the API key; its scope is event:create. Without it {KeyVariable} is the key, else the demo's.",
            CustomParser = OptionValues.ReadFile,
        };
        var refused = new Option<string?>("--refused")
        {
            Description = "Where to write what is refused, and why. Default: FILE.refused.ndjson; refused.ndjson for standard input.",
        };
        var batchSize = Number("--batch-size", "Events in one call.", standard: 500, most: 1_000);
        var inFlight = Number("--in-flight", "Calls at the same time.", standard: 4, most: 64);
        var retryFor = Number("--retry-for", "How many seconds to repeat what the service fails to answer.", standard: 300, most: 86_400, least: 0);
        var suppressJourneys = new Option<bool>("--suppress-journeys")
        {
            Description = "No journey reacts to the events: for loading history. A line that has \"suppressJourneys\" itself keeps it.",
        };
        var command = new Command("import", """
            Record many events by calls of the service. A line without "idempotencyKey" gets one made of its number and the SHA-256
            of its text, so that the same file can be imported again, after an interruption or with lines added at its end, and
            nothing is recorded twice. Files that have the same text on the same line share that line's key.
            Exit status 0: all is recorded, now or before; 1: lines were refused; 2: not all could be finished; 130: interrupted.
            """)
        { file, url, keyFile, refused, batchSize, inFlight, retryFor, suppressJourneys };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            try
            {
                var path = arguments.GetRequiredValue(file);
                var key = await ReadKeyAsync(arguments, keyFile, cancellationToken);
                await using var input = InputLines.Open(path);
                using var refusedLines = new RefusedLines(arguments.GetValue(refused) ?? RefusedBeside(path));
                if (Path.GetFullPath(refusedLines.Path) == Path.GetFullPath(path))
                {
                    return terminal.RefuseUse("The refused lines cannot be written over the events; --refused names another file.");
                }

                if (!OutputFile.CanBeMade(refusedLines.Path))
                {
                    return terminal.RefuseUse(
                        $"The refused lines cannot be written to {refusedLines.Path}; --refused names a file in a folder that exists.");
                }

                var clock = TimeProvider.System;
                using var service = new BatchCall(arguments.GetRequiredValue(url), key, clock);
                var progress = Console.IsErrorRedirected || arguments.GetValue(Terminal.Json) ? null : new ImportProgress(clock);
                var options = new EventImportOptions(
                    arguments.GetValue(batchSize), arguments.GetValue(inFlight), TimeSpan.FromSeconds(arguments.GetValue(retryFor)),
                    arguments.GetValue(suppressJourneys));
                var import = new EventImport(
                    input, service, refusedLines, options, progress is null ? terminal.Say : progress.Say, clock, new RandomSource());
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
                $"{import.Recorded} events recorded, {import.RecordedBefore} recorded before, {import.Refused} refused, {import.Unfinished} unfinished, in {time.TotalSeconds:0.0} seconds."));
        if (import.Refused > 0)
        {
            terminal.Say($"{refusedLines.Path} holds what was refused, and why. The first is {refusedLines.First}");
        }

        if (import.Fault is { } fault)
        {
            terminal.Fail(fault);
        }

        if (import.LastLine > 0 && (!ended || import.Fault is not null))
        {
            terminal.Say($"The import ended early; line {import.LastLine} was the last that was read. Import the file again for the rest.");
        }
    }

    /// <summary>The key's text never stands on a command line, where every process could read it.</summary>
    /// <exception cref="WrongUseException">There is no key.</exception>
    private static async Task<ApiKeySecret> ReadKeyAsync(
        ParseResult arguments, Option<FileInfo?> keyFile, CancellationToken cancellationToken)
    {
        var file = arguments.GetValue(keyFile);
        var text = file is null ? Environment.GetEnvironmentVariable(KeyVariable) : null;
        var source = text is null ? (file ?? DemoWorkspace.KeyFileIn(arguments.GetRequiredValue(DatabaseHandle.Data))).FullName : KeyVariable;
        if (text is null && (file is not null || File.Exists(source)))
        {
            text = Encoding.UTF8.GetString(await InputFile.ReadAsync(source, cancellationToken));
        }

        return text is null ? throw new WrongUseException($"There is no API key: set {KeyVariable}, or name a file by --key-file.")
            : ApiKeySecret.TryParse(text.AsSpan().Trim(), out var key) ? key
            : throw new WrongUseException($"What {source} holds is no API key.");
    }

    private static string RefusedBeside(string path) =>
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

    private static Option<int> Number(string name, string description, int standard, int most, int least = 1) => new(name)
    {
        Description = $"{description} {least} to {most}.",
        DefaultValueFactory = _ => standard,
        CustomParser = argument => OptionValues.ReadNumber(argument, least, most),
    };
}
