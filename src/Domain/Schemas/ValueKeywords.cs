using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary><c>enum</c> and <c>const</c> (JSON Schema Validation §6.1.2, §6.1.3): equal, as JSON values, to one of these.</summary>
internal sealed record ValueKeyword(string SchemaPointer, IReadOnlyList<JsonElement> Values) : Keyword(SchemaPointer)
{
    private const int MaxValues = 500;

    public override bool AllowsObjects => Values.Any(value => value.ValueKind == JsonValueKind.Object);

    public override void Validate(JsonElement instance, Evaluation evaluation)
    {
        foreach (var value in Values)
        {
            if (JsonElement.DeepEquals(instance, value))
            {
                return;
            }
        }

        var shown = string.Join(", ", Values.Take(10).Select(value => Shorten(value.GetRawText())));
        evaluation.Fault(this, "notInEnum", $"Expected one of {shown}{(Values.Count > 10 ? ", …" : "")}; found {Shorten(instance.GetRawText())}.");
    }

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
