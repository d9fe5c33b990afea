using System.Text.Json;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas.Patterns;

namespace Flownally.Domain.Schemas;

/// <summary><c>pattern</c> (JSON Schema Validation §6.3.3): it matches anywhere in the string. Values other than strings pass.</summary>
internal sealed record PatternKeyword(SchemaPlace Place, string Pattern, PatternProgram Program) : Keyword(Place)
{
    protected override string WriteShape() => $"pattern {Pattern}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) =>
        instance.Kind != JsonValueKind.String
        || JsonStrings.Read(
            instance.Json, (Program, evaluation.Work), static (text, pattern) => pattern.Program.IsMatch(text, pattern.Work))
        || evaluation.Fault(this, "patternMismatch", $"Expected a string that matches {Pattern}.");

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var pattern = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : null;
        return reader.Patterns.Read(pattern, member.Place) is { } program ? new PatternKeyword(member.Place, pattern!, program) : null;
    }
}
