using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// The keywords about numbers (JSON Schema Validation §6.2), compared as exact decimals; other values pass.
/// </summary>
/// <param name="Name">The keyword's name, which says how <paramref name="Bound"/> binds.</param>
internal sealed record NumericKeyword(SchemaPlace Place, string Name, JsonNumber Bound) : Keyword(Place)
{
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
            "minimum" => number >= Bound || Fault(evaluation, "tooSmall", "at least", number),
            "maximum" => number <= Bound || Fault(evaluation, "tooLarge", "at most", number),
            "exclusiveMinimum" => number > Bound || Fault(evaluation, "tooSmall", "more than", number),
            "exclusiveMaximum" => number < Bound || Fault(evaluation, "tooLarge", "less than", number),
            _ => IsMultiple(number, evaluation.Work) || Fault(evaluation, "notMultipleOf", "a multiple of", number),
        };
    }

    /// <summary>Powers of ten are written out modulo the divisor: a multiplication for each bit of the exponent.</summary>
    private bool IsMultiple(JsonNumber number, Work work) => work.Spend(200) && number.IsMultipleOf(Bound);

    private bool Fault(Evaluation evaluation, string code, string rule, JsonNumber number) =>
        evaluation.Fault(this, code, $"Expected a number that is {rule} {Bound}; found {number}.");

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Number)
        {
            var bound = JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(member.Value));
            if (member.Name != "multipleOf" || bound.Sign > 0)
            {
                return new NumericKeyword(member.Place, member.Name, bound);
            }
        }

        reader.Fault(member.Place, "malformed", $"{member.Name} is a number{(member.Name == "multipleOf" ? " above 0" : "")}.");
        return null;
    }
}
