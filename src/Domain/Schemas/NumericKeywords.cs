using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// The keywords about numbers (JSON Schema Validation §6.2), compared as exact decimals; other values pass.
/// </summary>
/// <param name="Name">The keyword's name, which says how <paramref name="Bound"/> binds.</param>
internal sealed record NumericKeyword(string SchemaPointer, string Name, JsonNumber Bound) : Keyword(SchemaPointer)
{
    public override void Validate(JsonElement instance, Evaluation evaluation)
    {
        if (instance.ValueKind != JsonValueKind.Number)
        {
            return;
        }

        var number = JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(instance));
        var (holds, code, rule) = Name switch
        {
            "minimum" => (number >= Bound, "tooSmall", "at least"),
            "maximum" => (number <= Bound, "tooLarge", "at most"),
            "exclusiveMinimum" => (number > Bound, "tooSmall", "more than"),
            "exclusiveMaximum" => (number < Bound, "tooLarge", "less than"),
            _ => (number.IsMultipleOf(Bound), "notMultipleOf", "a multiple of"),
        };
        if (!holds)
        {
            evaluation.Fault(this, code, $"Expected a number that is {rule} {Bound}; found {number}.");
        }
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Number)
        {
            var bound = JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(member.Value));
            if (member.Name != "multipleOf" || bound.Sign > 0)
            {
                return new NumericKeyword(member.Pointer, member.Name, bound);
            }
        }

        reader.Fault(member.Pointer, "malformed", $"{member.Name} is a number{(member.Name == "multipleOf" ? " above 0" : "")}.");
        return null;
    }
}
