using System.Runtime.InteropServices;
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

    public override void Validate(JsonElement instance, Evaluation evaluation)
    {
        if (instance.ValueKind != Kind)
        {
            return;
        }

        var (size, unit) = Kind switch
        {
            JsonValueKind.String => (instance.GetString()!.EnumerateRunes().Count(), "characters"),
            JsonValueKind.Array => (instance.GetArrayLength(), "elements"),
            _ => (instance.GetPropertyCount(), "members"),
        };
        var difference = JsonNumber.Of(size).CompareTo(Bound);
        if (IsMinimum ? difference < 0 : difference > 0)
        {
            evaluation.Fault(this, IsMinimum ? "tooShort" : "tooLong",
                $"Expected {(IsMinimum ? "at least" : "at most")} {Bound} {unit}, found {size}.");
        }
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Number
            && JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(member.Value)) is { IsInteger: true, Sign: >= 0 } bound)
        {
            var (kind, isMinimum) = Names[member.Name];
            return new SizeKeyword(member.Pointer, kind, isMinimum, bound);
        }

        reader.Fault(member.Pointer, "malformed", $"{member.Name} is a whole number, 0 or more.");
        return null;
    }
}
