using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>Proves rules about numbers and sizes from the bounds of the old side.</summary>
internal static class BoundsProof
{
    public static bool Implies(Facts old, NumericKeyword rule) => rule.Name switch
    {
        "minimum" => old.Bounds("minimum").Any(bound => bound >= rule.Bound)
            || old.Bounds("exclusiveMinimum").Any(bound => bound >= rule.Bound),
        "maximum" => old.Bounds("maximum").Any(bound => bound <= rule.Bound)
            || old.Bounds("exclusiveMaximum").Any(bound => bound <= rule.Bound),
        "exclusiveMinimum" => old.Bounds("minimum").Any(bound => bound > rule.Bound)
            || old.Bounds("exclusiveMinimum").Any(bound => bound >= rule.Bound),
        "exclusiveMaximum" => old.Bounds("maximum").Any(bound => bound < rule.Bound)
            || old.Bounds("exclusiveMaximum").Any(bound => bound <= rule.Bound),
        // A multiple of 6 is a multiple of 3. A whole number is a multiple of 1, of 0.5 and of 0.1.
        _ => old.Bounds("multipleOf").Any(bound => bound.IsMultipleOf(rule.Bound))
            || (!old.Types.HasAny(SchemaTypes.Fraction) && JsonNumber.Of(1).IsMultipleOf(rule.Bound)),
    };

    public static bool Implies(Facts old, SizeKeyword rule)
    {
        var bound = old.Size(rule.Kind, rule.IsMinimum);
        return rule.IsMinimum
            ? rule.Bound.Sign == 0 || bound >= rule.Bound
                || (rule.Kind == JsonValueKind.Object && JsonNumber.Of(old.Required.Count) >= rule.Bound)
            : bound <= rule.Bound
                || (rule.Kind == JsonValueKind.Object && old.PossibleNames is { } names && JsonNumber.Of(names.Count) <= rule.Bound);
    }
}
