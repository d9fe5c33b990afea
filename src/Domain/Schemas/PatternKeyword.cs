using System.Text.Json;
using System.Text.RegularExpressions;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary><c>pattern</c> (JSON Schema Validation §6.3.3): found somewhere in the string. Values that are no string pass.</summary>
internal sealed record PatternKeyword(string SchemaPointer, string Pattern, Regex Regex) : Keyword(SchemaPointer)
{
    private const int MaxLength = 512;

    public override string Shape => $"pattern {Pattern}";

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated) =>
        instance.ValueKind != JsonValueKind.String || JsonStrings.Ask(instance, Regex, static (text, regex) => regex.IsMatch(text))
        || evaluation.Fault(this, "patternMismatch", $"Expected a string that matches {Pattern}.");

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var pattern = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : null;
        return Compile(reader, pattern, member.Pointer) is { } regex ? new PatternKeyword(member.Pointer, pattern!, regex) : null;
    }

    /// <returns>Null where the pattern is none; the reader knows why.</returns>
    public static Regex? Compile(SchemaReader reader, string? pattern, string pointer)
    {
        if (pattern is not { Length: <= MaxLength })
        {
            reader.Fault(pointer, "malformed", $"A pattern is a string of at most {MaxLength} characters.");
            return null;
        }

        try
        {
            return EcmaPattern.Compile(pattern);
        }
        catch (FormatException exception)
        {
            reader.Fault(pointer, "malformed", exception.Message);
            return null;
        }
    }
}
