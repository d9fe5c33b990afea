using System.Text.Json;
using System.Text.RegularExpressions;

namespace Flownally.Domain.Schemas;

/// <summary><c>pattern</c> (JSON Schema Validation §6.3.3): found somewhere in the string. Values that are no string pass.</summary>
internal sealed record PatternKeyword(string SchemaPointer, string Pattern, Regex Regex) : Keyword(SchemaPointer)
{
    private const int MaxLength = 512;

    public override void Validate(JsonElement instance, Evaluation evaluation)
    {
        if (instance.ValueKind == JsonValueKind.String && !Regex.IsMatch(instance.GetString()!))
        {
            evaluation.Fault(this, "patternMismatch", $"Expected a string that matches {Pattern}.");
        }
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var pattern = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : null;
        if (pattern is not { Length: <= MaxLength })
        {
            reader.Fault(member.Pointer, "malformed", $"pattern is a string of at most {MaxLength} characters.");
            return null;
        }

        try
        {
            return new PatternKeyword(member.Pointer, pattern, EcmaPattern.Compile(pattern));
        }
        catch (FormatException exception)
        {
            reader.Fault(member.Pointer, "malformed", exception.Message);
            return null;
        }
    }
}
