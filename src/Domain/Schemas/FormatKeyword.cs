using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>format</c> (JSON Schema Validation §7). Those of <see cref="Formats.Asserted"/> are enforced, because people who
/// write one mean it; the others say what a value is for. Values of another type pass.
/// </summary>
internal sealed record FormatKeyword(string SchemaPointer, string Name) : Keyword(SchemaPointer)
{
    public override string Shape => $"format {Name}";

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated) => Holds(instance)
        || evaluation.Fault(this, "formatMismatch", $"Expected {Formats.Describe(Name)}.");

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var name = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : "";
        if (Formats.Asserted.ContainsKey(name) || Formats.IsOfNumbers(name))
        {
            return new FormatKeyword(member.Pointer, name);
        }

        if (!Formats.Annotations.Contains(name))
        {
            reader.Fault(member.Pointer, "malformed", $"The format is not known.{SchemaReader.Hint(name, Formats.Asserted.Keys.Concat(Formats.Annotations))}");
        }

        return null;
    }

    private bool Holds(JsonElement instance) => instance.ValueKind switch
    {
        JsonValueKind.String => !Formats.Asserted.TryGetValue(Name, out var holds) || JsonStrings.Ask(instance, holds, static (text, holds) => holds(text)),
        JsonValueKind.Number => !Formats.IsOfNumbers(Name) || Formats.IsInRange(Name, instance),
        _ => true,
    };
}
