using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>format</c> (JSON Schema Validation §7). The formats of <see cref="Formats.Asserted"/> are enforced, because authors of schemas
/// expect that; the others are annotations. Values of other types pass.
/// </summary>
internal sealed record FormatKeyword(SchemaPlace Place, string Name) : Keyword(Place)
{
    protected override string WriteShape() => $"format {Name}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) => Holds(ref instance)
        || evaluation.Fault(this, "formatMismatch", $"Expected {Formats.Describe(Name)}.");

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var name = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : "";
        if (Formats.Asserted.ContainsKey(name) || Formats.IsOfNumbers(name))
        {
            return new FormatKeyword(member.Place, name);
        }

        if (!Formats.Annotations.Contains(name))
        {
            reader.Fault(member.Place, "malformed", Formats.Unknown(member.Value));
        }

        return null;
    }

    private bool Holds(ref Instance instance)
    {
        instance.Work.Spend(8 + (Formats.UnitsPerCharacter(Name) * (long)instance.Raw.Length));
        return instance.Kind switch
        {
            JsonValueKind.String => !Formats.Asserted.TryGetValue(Name, out var holds)
                || JsonStrings.Read(instance.Json, holds, static (text, holds) => holds(text)),
            JsonValueKind.Number => !Formats.IsOfNumbers(Name) || Formats.IsInRange(Name, instance.Number),
            _ => true,
        };
    }
}
