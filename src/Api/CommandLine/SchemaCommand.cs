using System.CommandLine;
using System.Text.Json;
using Flownally.Api.CommandLine.Input;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Api.CommandLine;

/// <summary>Checks a schema change without the service, for example in a build.</summary>
internal static class SchemaCommand
{
    /// <summary>Every payload of the old schema, or every given payload, fits the new schema.</summary>
    private const int Compatible = ExitStatus.Done;

    /// <summary>Some payloads do not fit; or there is no proof, and no payloads were given.</summary>
    private const int Incompatible = ExitStatus.Failed;

    /// <summary>Nested objects and arrays. More than schemas and payloads may have, so that their own errors apply first.</summary>
    private const int MaxDepth = 64;

    public static Command Create() => new("schema", "Payload schemas.") { CheckCommand() };

    private static Command CheckCommand()
    {
        var old = new Argument<FileInfo>("OLD.json")
        {
            Description = "The current schema of the payloads.",
            CustomParser = OptionValues.ReadFile,
        };
        var @new = new Argument<FileInfo>("NEW.json")
        {
            Description = "The new schema.",
            CustomParser = OptionValues.ReadFile,
        };
        var events = new Option<FileInfo?>("--events")
        {
            Description = "Payloads to check if there is no proof: one JSON object per line.",
            CustomParser = OptionValues.ReadFile,
        };
        var command = new Command("check", """
            Check whether a schema can be changed. Exit status 0: it can; 1: it cannot, or there is no proof; 2: a file cannot be used.
            """)
        { old, @new, events };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var before = await ReadAsync(arguments.GetRequiredValue(old), cancellationToken);
            var after = await ReadAsync(arguments.GetRequiredValue(@new), cancellationToken);
            var payloads = arguments.GetValue(events);
            await using var input = payloads is null ? null : InputLines.Open(payloads.FullName); // a missing file is always an error
            var proof = after.ProveAccepts(before, cancellationToken);
            if (proof.IsCompatible)
            {
                terminal.Show(
                    new { Compatible = true, By = "proof" }, "Compatible: every payload that fits the old schema fits the new one.");
                return Compatible;
            }

            if (payloads is null || input is null)
            {
                var rules = proof.Unproved.Select(rule => $"  {rule.Pointer}: {rule.Reason}");
                terminal.Show(
                    new { Compatible = false, proof.Unproved }, ["Not proved; the stored events decide. Unproved rules:", .. rules]);
                return Incompatible;
            }

            return await TryAsync(terminal, before, after, input, payloads.Name, cancellationToken);
        }));
        return command;
    }

    /// <summary>Checks payloads one by one and names them by their line.</summary>
    /// <param name="name">The name of the input.</param>
    private static async Task<int> TryAsync(
        Terminal terminal, PayloadSchema before, PayloadSchema after, InputLines input, string name, CancellationToken cancellationToken)
    {
        var comparison = new SchemaComparison(after);
        var count = 0;
        await foreach (var line in input.ReadAsync(cancellationToken))
        {
            var place = $"Line {line.Number} of {name}";
            var text = line.Text ?? throw new WrongUseException($"{place} has more than {InputLines.MaxLineBytes} bytes.");
            var payload = Payload.Parse(Parse(text, place));
            if (!payload.IsSuccess)
            {
                throw new WrongUseException($"{place} is not a payload. {Describe(payload.Error)}");
            }

            comparison.Add(new StoredPayload(LineId((int)line.Number), payload.Value.Json), cancellationToken);
            count++;
        }

        if (comparison.TooComplex is { } unknown)
        {
            return terminal.Fail($"To check line {LineOf(unknown)} of {name} against the new schema takes too much work; "
                + "use fewer alternatives and references.");
        }

        var found = comparison.Against(before)
            .Select(rule => new { rule.Pointer, rule.Change, rule.EventCount, Lines = rule.EventIds.Select(LineOf).ToList() }).ToList();
        terminal.Show(new { Compatible = comparison.IsCompatible, By = "events", Incompatibilities = found }, comparison.IsCompatible
            ? [$"Compatible with the {count} given: a proof is not possible, but all of them fit."]
            : ["Incompatible:", .. found.Select(rule =>
                $"  {rule.Pointer}: {rule.Change} Payloads that break it: {rule.EventCount}; first lines: {string.Join(", ", rule.Lines)}.")]);
        return comparison.IsCompatible ? Compatible : Incompatible;
    }

    private static EventId LineId(int number) => new(new Guid(number, 0, 0, new byte[8]));

    private static int LineOf(EventId id) => BitConverter.ToInt32(id.Value.ToByteArray());

    /// <exception cref="WrongUseException">The file cannot be read, or is not a schema.</exception>
    private static async Task<PayloadSchema> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        var content = await InputFile.ReadAsync(file.FullName, cancellationToken);
        if (InputFormat.Find(content) is { } format)
        {
            throw new WrongUseException($"{file.Name} is {format}; only UTF-8 text is taken.");
        }

        var schema = PayloadSchema.Parse(Parse(content, file.Name));
        return schema.IsSuccess
            ? schema.Value
            : throw new WrongUseException($"{file.Name} is not a payload schema. {Describe(schema.Error)}");
    }

    /// <summary>Parses as strictly as the service parses a body.</summary>
    /// <param name="place">The name of the text in messages.</param>
    private static JsonElement Parse(ReadOnlySpan<byte> utf8, string place)
    {
        utf8 = utf8.StartsWith("\uFEFF"u8) ? utf8["\uFEFF"u8.Length..] : utf8; // a byte order mark
        IReadOnlyList<JsonFault> faults;
        try
        {
            faults = JsonText.FindFaults(utf8, MaxDepth);
        }
        catch (JsonException exception)
        {
            var (line, position) = (exception.LineNumber + 1, exception.BytePositionInLine + 1);
            throw new WrongUseException($"{place} is not JSON: error at line {line}, byte {position}.");
        }

        if (faults is [var fault, ..])
        {
            throw new WrongUseException($"{place} cannot be used. {fault.Pointer}: {fault.Message}");
        }

        var json = JsonElement.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        return JsonDuplicates.Find(json) is [var twice, ..]
            ? throw new WrongUseException($"{place} cannot be used. {twice}: the object contains this member twice.")
            : json;
    }

    private static string Describe(Error error) =>
        error.Violations.Count == 0
            ? error.Detail
            : string.Join(' ', error.Violations.Select(fault => $"{fault.Field}: {fault.Message}"));
}
