using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// The keywords for sizes: code points of a string (JSON Schema Validation §6.3.1, §6.3.2), elements of an array (§6.4.1, §6.4.2),
/// members of an object (§6.5.1, §6.5.2). Values of other kinds pass.
/// </summary>
/// <param name="Written">The bound as the schema writes it.</param>
internal sealed record SizeKeyword(SchemaPlace Place, JsonValueKind Kind, bool IsMinimum, JsonNumber Bound, string Written) : Keyword(Place)
{
    private static readonly Dictionary<string, (JsonValueKind Kind, bool IsMinimum)> Names = new()
    {
        ["minLength"] = (JsonValueKind.String, true),
        ["maxLength"] = (JsonValueKind.String, false),
        ["minItems"] = (JsonValueKind.Array, true),
        ["maxItems"] = (JsonValueKind.Array, false),
        ["minProperties"] = (JsonValueKind.Object, true),
        ["maxProperties"] = (JsonValueKind.Object, false),
    };

    protected override string WriteShape() => $"{(IsMinimum ? "min" : "max")} {Kind} {Bound}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        if (instance.Kind != Kind)
        {
            return true;
        }

        var size = Kind switch
        {
            JsonValueKind.String => instance.CodePoints,
            JsonValueKind.Array => instance.Json.GetArrayLength(),
            _ => instance.Json.GetPropertyCount(),
        };
        var difference = JsonNumber.Of(size).CompareTo(Bound);
        return (IsMinimum ? difference >= 0 : difference <= 0) || evaluation.Fault(this, IsMinimum ? "tooShort" : "tooLong",
            $"Expected {(IsMinimum ? "at least" : "at most")} {Written} {Unit}, found {size}.");
    }

    private string Unit => Kind switch
    {
        JsonValueKind.String => "characters",
        JsonValueKind.Array => "elements",
        _ => "members",
    };

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (reader.ReadCount(member) is not { } bound)
        {
            return null;
        }

        var (kind, isMinimum) = Names[member.Name];
        return new SizeKeyword(member.Place, kind, isMinimum, bound, member.Value.GetRawText());
    }
}
