using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// The keywords that count: code points of a string (JSON Schema Validation §6.3.1, §6.3.2), elements of an array
/// (§6.4.1, §6.4.2), members of an object (§6.5.1, §6.5.2). Values of another kind pass.
/// </summary>
internal sealed record SizeKeyword(string SchemaPointer, JsonValueKind Kind, bool IsMinimum, JsonNumber Bound) : Keyword(SchemaPointer)
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

    public override string Shape => $"{(IsMinimum ? "min" : "max")} {Kind} {Bound}";

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated)
    {
        if (instance.ValueKind != Kind)
        {
            return true;
        }

        var size = Kind switch
        {
            JsonValueKind.String => JsonStrings.CountCodePoints(instance),
            JsonValueKind.Array => instance.GetArrayLength(),
            _ => instance.GetPropertyCount(),
        };
        var difference = JsonNumber.Of(size).CompareTo(Bound);
        return (IsMinimum ? difference >= 0 : difference <= 0) || evaluation.Fault(this, IsMinimum ? "tooShort" : "tooLong", $"Expected {(IsMinimum ? "at least" : "at most")} {Bound} {Unit}, found {size}.");
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
        return new SizeKeyword(member.Pointer, kind, isMinimum, bound);
    }
}
