using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary><c>enum</c> and <c>const</c> (JSON Schema Validation §6.1.2, §6.1.3): equal, as JSON values, to one of these.</summary>
internal sealed record ValueKeyword(string SchemaPointer, JsonElement[] Values) : Keyword(SchemaPointer)
{
    private const int MaxValues = 500;
    private const int MaxShown = 10;

    public override bool AllowsObjects => Values.Any(value => value.ValueKind == JsonValueKind.Object);

    public override SchemaTypes Types => Values.Aggregate(SchemaTypes.None, (types, value) => types | TypeKeyword.Of(value));

    public override string Shape => "enum " + string.Join(',', Values.Select(CanonicalJson.Of).Distinct().Order(StringComparer.Ordinal));

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated)
    {
        foreach (var value in Values)
        {
            if (value.ValueKind == instance.ValueKind && evaluation.Step() && JsonElement.DeepEquals(instance, value))
            {
                return true;
            }
        }

        return evaluation.Fault(this, "notInEnum", $"Expected one of {Shown}; found {Shorten(instance.GetRawText())}.");
    }

    private string Shown => string.Join(", ", Values.Take(MaxShown).Select(value => Shorten(value.GetRawText()))) + (Values.Length > MaxShown ? ", …" : "");

    public static Keyword ReadConst(SchemaMember member) => new ValueKeyword(member.Pointer, [member.Value]);

    public static Keyword? ReadEnum(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() is > 0 and <= MaxValues)
        {
            return new ValueKeyword(member.Pointer, [.. member.Value.EnumerateArray()]);
        }

        reader.Fault(member.Pointer, "malformed", $"enum is an array of 1 to {MaxValues} values.");
        return null;
    }

    private static string Shorten(string json) => json.Length <= 40 ? json : json[..40] + "…";
}
