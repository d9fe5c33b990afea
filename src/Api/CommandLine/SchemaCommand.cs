using System.CommandLine;
using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Api.CommandLine;

/// <summary>Decides a schema change outside the service, for people's own checks.</summary>
internal static class SchemaCommand
{
    /// <summary>Every payload of the old schema, or every given one, fits the new schema.</summary>
    private const int Compatible = 0;

    /// <summary>Some do not; or it could not be proved, and no events were given.</summary>
    private const int Incompatible = 1;

    /// <summary>A file is missing, is no JSON, or is no schema.</summary>
    private const int Unreadable = 2;

    public static Command Create() => new("schema", "Payload schemas.") { CheckCommand() };

    private static Command CheckCommand()
    {
        var old = new Argument<FileInfo>("OLD.json") { Description = "The schema that payloads fit now." };
        var @new = new Argument<FileInfo>("NEW.json") { Description = "The schema that they shall fit." };
        var events = new Option<FileInfo?>("--events") { Description = "Payloads to try where a proof fails: a JSON object on each line." };
        var command = new Command("check", "Tell whether a schema can be changed. Exit status 0: it can; 1: it cannot, or that was not proved; 2: a file cannot be used.") { old, @new, events };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            if (await ReadAsync(arguments.GetRequiredValue(old), cancellationToken) is not { } before
                || await ReadAsync(arguments.GetRequiredValue(@new), cancellationToken) is not { } after)
            {
                return Unreadable;
            }

            var proof = after.ProveAccepts(before, cancellationToken);
            if (proof.IsCompatible)
            {
                terminal.Show(new { Compatible = true, By = "proof" }, "Compatible: every payload that fits the old schema fits the new one.");
                return Compatible;
            }

            if (arguments.GetValue(events) is not { } payloads)
            {
                terminal.Show(new { Compatible = false, proof.Unproved },
                    ["Not proved; the stored events decide. Open are:", .. proof.Unproved.Select(rule => $"  {rule.Pointer}: {rule.Reason}")]);
                return Incompatible;
            }

            return await TryAsync(terminal, before, after, payloads, cancellationToken);
        }));
        return command;
    }

    /// <summary>Tries payloads one by one; they are named by their line.</summary>
    private static async Task<int> TryAsync(Terminal terminal, PayloadSchema before, PayloadSchema after, FileInfo payloads, CancellationToken cancellationToken)
    {
        var comparison = new SchemaComparison(after);
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(payloads.FullName, cancellationToken))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                comparison.Add(new StoredPayload(LineId(number), JsonElement.Parse(line)), cancellationToken);
            }
            catch (JsonException)
            {
                Terminal.Say($"{payloads.Name}, line {number}, is no JSON text.");
                return Unreadable;
            }
        }

        if (comparison.TooComplex is { } unknown)
        {
            Terminal.Say($"Checking line {LineOf(unknown)} of {payloads.Name} against the new schema takes too much work; use fewer alternatives and references.");
            return Incompatible;
        }

        var found = comparison.Against(before).Select(rule => new { rule.Pointer, rule.Change, rule.EventCount, Lines = rule.EventIds.Select(LineOf).ToList() }).ToList();
        terminal.Show(new { Compatible = comparison.IsCompatible, By = "events", Incompatibilities = found }, comparison.IsCompatible
            ? [$"Compatible with the {number} given: a proof is not possible, but all of them fit."]
            : ["Incompatible:", .. found.Select(rule => $"  {rule.Pointer}: {rule.Change} {rule.EventCount} break it, first on line {string.Join(", ", rule.Lines)}.")]);
        return comparison.IsCompatible ? Compatible : Incompatible;
    }

    private static EventId LineId(int number) => new(new Guid(number, 0, 0, new byte[8]));

    private static int LineOf(EventId id) => BitConverter.ToInt32(id.Value.ToByteArray());

    private static async Task<PayloadSchema?> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(file.FullName, cancellationToken));
            var schema = PayloadSchema.Parse(document.RootElement);
            if (schema.IsSuccess)
            {
                return schema.Value;
            }

            Terminal.Refuse(schema.Error);
        }
        catch (JsonException exception)
        {
            Terminal.Say($"{file.Name} is no JSON text: line {exception.LineNumber + 1}.");
        }
        catch (FileNotFoundException)
        {
            Terminal.Say($"{file.FullName} does not exist.");
        }

        return null;
    }
}
