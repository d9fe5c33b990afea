using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>Proves rules about the elements of arrays.</summary>
internal sealed class ElementsProof(Prover prover, Work work)
{
    public bool Implies(Facts old, ItemsKeyword rule)
    {
        var prefix = old.Keywords.OfType<ItemsKeyword>().Append(rule).Max(group => group.Prefix.Length);
        var maxSize = old.Size(JsonValueKind.Array, isMinimum: false);
        var holds = true;
        for (var index = 0; index <= prefix; index++) // the last index represents all later elements
        {
            if ((index < rule.Prefix.Length ? rule.Prefix[index] : rule.Rest) is { } node && !(maxSize <= JsonNumber.Of(index)))
            {
                holds &= prover.Follows(old.Element(index), node);
            }
        }

        return holds;
    }

    public bool Implies(Facts old, ContainsKeyword rule)
    {
        var known = old.Keywords.OfType<ContainsKeyword>().ToList();
        var enough = rule.Min.Sign == 0
            || known.Any(other => other.Min >= rule.Min && prover.Try(() => prover.Follows(Facts.Of(work, other.Node), rule.Node)))
            || prover.Try(() => HasEnough(old, rule));
        var notTooMany = rule.Max is null || old.Size(JsonValueKind.Array, isMinimum: false) <= rule.Max
            || known.Any(other => other.Max <= rule.Max && prover.Try(() => prover.Follows(Facts.Of(work, rule.Node), other.Node)));
        return enough && notTooMany;
    }

    public static bool AreUnique(Facts old) => old.Size(JsonValueKind.Array, isMinimum: false) <= JsonNumber.Of(1);

    /// <summary>Whether enough of the elements that every array has fit the rule.</summary>
    private bool HasEnough(Facts old, ContainsKeyword rule)
    {
        if (old.Size(JsonValueKind.Array, isMinimum: true) is not { } minSize || minSize < rule.Min)
        {
            return false;
        }

        var prefix = old.Keywords.OfType<ItemsKeyword>().Select(group => group.Prefix.Length).DefaultIfEmpty().Max();
        var (count, index) = (0, 0);
        for (; index < prefix && JsonNumber.Of(index) < minSize; index++)
        {
            count += prover.Follows(old.Element(index), rule.Node) ? 1 : 0;
        }

        // The elements after the prefix share one schema, so all provably fit or none. They can compensate for elements of the prefix.
        return JsonNumber.Of(count) >= rule.Min
            || (minSize >= rule.Min.Floor(index - count) && prover.Follows(old.Element(prefix), rule.Node));
    }
}
