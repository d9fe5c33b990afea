using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary><c>type</c> (JSON Schema Validation §6.1.1): one of the named types. 1.0 is an integer.</summary>
internal sealed record TypeKeyword(string SchemaPointer, IReadOnlyList<string> Types) : Keyword(SchemaPointer)
{
    private static readonly string[] Known = ["array", "boolean", "integer", "null", "number", "object", "string"];

    public override bool AllowsObjects => Types.Contains("object");

    public override void Validate(JsonElement instance, Evaluation evaluation)
    {
        foreach (var type in Types)
        {
            if (Matches(instance, type))
            {
                return;
            }
        }

        evaluation.Fault(this, "typeMismatch", $"Expected {string.Join(" or ", Types)}, found {JsonKinds.Describe(instance.ValueKind)}.");
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind != JsonValueKind.Array)
        {
            return Name(reader, member.Value, member.Pointer) is { } one ? new TypeKeyword(member.Pointer, [one]) : null;
        }

        var names = member.Value.EnumerateArray().Select((value, i) => Name(reader, value, $"{member.Pointer}/{i}")).OfType<string>().ToList();
        if (names.Count == 0 || names.Distinct().Count() < names.Count)
        {
            reader.Fault(member.Pointer, "malformed", "The types are at least one, and each is named once.");
        }

        return new TypeKeyword(member.Pointer, names);
    }

    private static bool Matches(JsonElement instance, string type) => type switch
    {
        "array" => instance.ValueKind == JsonValueKind.Array,
        "boolean" => instance.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => instance.ValueKind == JsonValueKind.Number && JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(instance)).IsInteger,
        "null" => instance.ValueKind == JsonValueKind.Null,
        "number" => instance.ValueKind == JsonValueKind.Number,
        "object" => instance.ValueKind == JsonValueKind.Object,
        _ => instance.ValueKind == JsonValueKind.String,
    };

    private static string? Name(SchemaReader reader, JsonElement value, string pointer)
    {
        var name = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (name is not null && Known.Contains(name))
        {
            return name;
        }

        reader.Fault(pointer, "malformed", $"A type is one of {string.Join(", ", Known)}.{SchemaReader.Hint(name, Known)}");
        return null;
    }
}
