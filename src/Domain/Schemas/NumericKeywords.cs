using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// The keywords for numbers (JSON Schema Validation §6.2), compared as exact decimals. Other values pass.
/// </summary>
/// <param name="Name">The name of the keyword. It determines the meaning of <paramref name="Bound"/>.</param>
/// <param name="Written">The bound as the schema writes it.</param>
internal sealed record NumericKeyword(SchemaPlace Place, string Name, JsonNumber Bound, string Written) : Keyword(Place)
{
    /// <summary>Multiples of whole numbers are whole.</summary>
    public override SchemaTypes Types =>
        Name == "multipleOf" && Bound.IsInteger ? ~SchemaTypes.Fraction & SchemaTypes.All : SchemaTypes.All;

    protected override string WriteShape() => $"{Name} {Bound}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        if (instance.Kind != JsonValueKind.Number)
        {
            return true;
        }

        var number = instance.Number;
        return Name switch
        {
            "minimum" => number >= Bound || Fault(evaluation, "tooSmall", "at least", instance.Raw),
            "maximum" => number <= Bound || Fault(evaluation, "tooLarge", "at most", instance.Raw),
            "exclusiveMinimum" => number > Bound || Fault(evaluation, "tooSmall", "more than", instance.Raw),
            "exclusiveMaximum" => number < Bound || Fault(evaluation, "tooLarge", "less than", instance.Raw),
            _ => IsMultiple(number, evaluation.Work) || Fault(evaluation, "notMultipleOf", "a multiple of", instance.Raw),
        };
    }

    /// <summary>The work is nearly constant: one modular multiplication per bit of the exponent.</summary>
    private bool IsMultiple(JsonNumber number, Work work) => work.Spend(200) && number.IsMultipleOf(Bound);

    private bool Fault(Evaluation evaluation, string code, string rule, ReadOnlySpan<byte> found) =>
        evaluation.Fault(this, code, $"Expected a number that is {rule} {Written}; found {found}.");

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Number)
        {
            var bound = JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(member.Value));
            if (member.Name != "multipleOf" || bound.Sign > 0)
            {
                return new NumericKeyword(member.Place, member.Name, bound, member.Value.GetRawText());
            }
        }

        var hint = member.Name switch
        {
            "multipleOf" => " above 0",
            "exclusiveMinimum" or "exclusiveMaximum" when IsBoolean(member.Value) =>
                "; true and false belong to draft-04, which $schema can name",
            _ => "",
        };
        reader.Fault(member.Place, "malformed", $"{member.Name} is a number{hint}.");
        return null;
    }

    /// <summary>Draft-04: a sibling keyword with the value <c>true</c> makes the bound exclusive (Validation §5.1.2, §5.1.3).</summary>
    public static Keyword? ReadDraft4(SchemaReader reader, SchemaMember member)
    {
        var exclusive = member.Name == "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
        var isExclusive = member.Sibling(exclusive) is { Value.ValueKind: JsonValueKind.True };
        var bound = Read(reader, member);
        return isExclusive && bound is NumericKeyword numeric
            ? new NumericKeyword(numeric.Place, exclusive, numeric.Bound, numeric.Written)
            : bound;
    }

    /// <summary>Draft-04: checks the boolean keyword. The keyword of the bound reads its value.</summary>
    public static Keyword? ReadExclusiveFlag(SchemaReader reader, SchemaMember member)
    {
        var bound = member.Name == "exclusiveMinimum" ? "minimum" : "maximum";
        if (!IsBoolean(member.Value) || member.Sibling(bound) is null)
        {
            reader.Fault(member.Place, "malformed", $"In draft-04 {member.Name} is true or false, and stands beside {bound}.");
        }

        return null;
    }

    private static bool IsBoolean(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;
}
