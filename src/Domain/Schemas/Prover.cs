using System.Runtime.CompilerServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>What a proof comes to.</summary>
/// <param name="IsCompatible">
/// True: every payload that fits the old schema fits the new one. False says only that it was not proved; the stored events decide then.
/// </param>
/// <param name="Unproved">The rules of the new schema that the old one was not shown to imply.</param>
public sealed record SchemaProof(bool IsCompatible, IReadOnlyList<UnprovedRule> Unproved);

/// <param name="Pointer">RFC 6901 pointer to the rule in the new schema.</param>
/// <param name="Reason">What the old schema leaves open.</param>
public sealed record UnprovedRule(string Pointer, string Reason);

/// <summary>
/// Proves that a new schema accepts all that an old one accepts: every rule of the new side must follow from what is known
/// of the old. Whatever is odd counts as not proved; no step takes a failed proof for a proof of the contrary.
/// </summary>
internal sealed class Prover
{
    private const int UnitsOfStep = 50;

    /// <summary>Rules that are named; the others would not help.</summary>
    private const int MaxUnproved = 50;

    /// <summary>A rule that is looked at in several ways is noted each time.</summary>
    private const int MaxNoted = 1_000;

    /// <summary>Steps within one another: fewer than the smallest stack can take, so that no proof depends on the stack.</summary>
    private const int MaxDepth = 500;

    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _open = [];
    private readonly List<UnprovedRule> _unproved = [];
    private readonly Work _work;
    private int _trials;
    private int _depth;

    private Prover(Work work) => _work = work;

    public static SchemaProof Prove(SchemaNode old, SchemaNode @new, Work work)
    {
        var prover = new Prover(work);
        try
        {
            return prover.Follows(Facts.Of(work, old).WithType(SchemaTypes.Object), @new) && !work.IsSpent
                ? new SchemaProof(true, [])
                : new SchemaProof(false, [.. prover._unproved.Distinct().Take(MaxUnproved)]);
        }
        catch (WorkSpentException)
        {
            return new SchemaProof(false, [new UnprovedRule("", "A proof takes too many steps.")]);
        }
    }

    /// <summary>Whether every value of which these facts are known fits a schema.</summary>
    private bool Follows(Facts old, SchemaNode @new)
    {
        Descend();
        var follows = FollowsAtDepth(old, @new);
        _depth--;
        return follows;
    }

    private bool FollowsAtDepth(Facts old, SchemaNode @new)
    {
        if (@new.Keywords.Length == 0 || old.IsEmpty() || old.Nodes.Any(node => IsSame(node, @new)))
        {
            return true;
        }

        if (old.Values(@new.TellsTexts) is { } values)
        {
            return values.All(value => Fits(value, @new)) || Unproved(@new.Place, "A value that the old schema lists does not fit.");
        }

        // Met again on the way down: every way around goes into the value, so what is being proved for all smaller values may be assumed.
        var key = $"{old.Key(Number)}|{Number(@new)}";
        if (!_open.Add(key))
        {
            return true;
        }

        var known = _unproved.Count;
        var follows = true;
        foreach (var rule in @new.Keywords)
        {
            follows &= Implies(old, rule);
        }

        if (!follows && FollowsInEachCase(old, @new))
        {
            _unproved.RemoveRange(known, _unproved.Count - known);
            follows = true;
        }

        _open.Remove(key);
        return follows;
    }

    /// <summary>Makes a case of each branch of an alternative on the old side, or of each type.</summary>
    private bool FollowsInEachCase(Facts old, SchemaNode @new) => Try(() => old.Undecided.FirstOrDefault() switch
    {
        AlternativesKeyword either => either.Branches.All(branch => Follows(old.Decide(either, branch), @new)),
        ConditionalKeyword condition => Follows(old.Decide(condition, [condition.If, .. Present(condition.Then)]), @new)
            && Follows(old.Decide(condition, [.. Present(condition.Else)]), @new),
        _ when new[] { SchemaTypes.Array, SchemaTypes.Boolean, SchemaTypes.Null, SchemaTypes.Object, SchemaTypes.String, SchemaTypes.Number }
            .Where(type => (old.Types & type) != 0).ToList() is { Count: > 1 } types => types.All(type => Follows(old.WithType(type), @new)),
        _ => false,
    });

    /// <summary>The rules of the proof, one for each kind of rule on the new side.</summary>
    private bool Implies(Facts old, Keyword rule)
    {
        // The same rule, its subschemas included. What is left unevaluated depends on all neighbours, so there only whole schemas compare.
        if (rule is not UnevaluatedKeyword && old.Keywords.Any(known => IsSame(known, rule)))
        {
            return true;
        }

        return rule switch
        {
            // Nothing fits `false`, and the old side is not known to be empty.
            NothingKeyword => Unproved(rule, "nothing may stand here"),
            // Every type that is left is one of the new ones; an integer is a number.
            TypeKeyword type => (old.Types & ~type.Named) == 0 || Unproved(rule, "other types may be stored"),
            // Few values were tried one by one before; here there are too many.
            ValueKeyword => Unproved(rule, "other values may be stored"),
            NumericKeyword numeric => !old.Types.HasAny(SchemaTypes.Number) || IsBounded(old, numeric) || Unproved(rule, "numbers beyond it may be stored"),
            SizeKeyword size => !old.Types.HasAny(TypeOf(size.Kind)) || IsBounded(old, size) || Unproved(rule, "other sizes may be stored"),
            // Only the same pattern is known to match the same strings, and that was looked at above.
            PatternKeyword => !old.Types.HasAny(SchemaTypes.String) || Unproved(rule, "strings that do not match may be stored"),
            FormatKeyword format => !old.Types.HasAny(Formats.IsOfNumbers(format.Name) ? SchemaTypes.Number : SchemaTypes.String)
                || (format.Name == "int64" && old.Keywords.Any(known => known is FormatKeyword { Name: "int32" }))
                || Unproved(rule, "values of another format may be stored"),
            // A default fills in nothing: what is stored without the member stays without it.
            RequiredKeyword required => !old.Types.HasAny(SchemaTypes.Object) || required.Names.All(old.Required.Contains) || Unproved(rule, "objects without a member may be stored"),
            PropertiesKeyword group => !old.Types.HasAny(SchemaTypes.Object) || AreMembersFit(old, group),
            PropertyNamesKeyword names => !old.Types.HasAny(SchemaTypes.Object) || AreNamesFit(old, names) || Unproved(rule, "members of other names may be stored"),
            DependentRequiredKeyword dependent => !old.Types.HasAny(SchemaTypes.Object) || old.Member(dependent.Trigger).IsEmpty()
                || dependent.Names.All(old.WithType(SchemaTypes.Object).WithMember(dependent.Trigger).Required.Contains) || Unproved(rule, "objects without a member may be stored"),
            DependentSchemaKeyword dependent => !old.Types.HasAny(SchemaTypes.Object) || old.Member(dependent.Trigger).IsEmpty()
                || Follows(old.WithType(SchemaTypes.Object).WithMember(dependent.Trigger), dependent.Node),
            ItemsKeyword group => !old.Types.HasAny(SchemaTypes.Array) || AreElementsFit(old, group),
            ContainsKeyword contains => !old.Types.HasAny(SchemaTypes.Array) || Contains(old, contains) || Unproved(rule, "arrays without such elements, or with too many, may be stored"),
            UniqueItemsKeyword => !old.Types.HasAny(SchemaTypes.Array) || old.Size(JsonValueKind.Array, isMinimum: false) <= JsonNumber.Of(1)
                || Unproved(rule, "arrays with equal elements may be stored"),
            AllOfKeyword all => all.Branches.Aggregate(true, (follows, branch) => Follows(old, branch) && follows),
            ReferenceKeyword reference => Follows(old, reference.Target),
            // One branch that always fits is enough; a further branch only widens.
            AnyOfKeyword any => Try(() => any.Branches.Any(branch => Follows(old, branch))) || Unproved(rule, "no single alternative was shown to fit"),
            // One branch always fits, and no other ever does: a further branch narrows wherever it overlaps.
            OneOfKeyword one => Try(() => IsExactlyOne(old, one)) || Unproved(rule, "it was not shown that exactly one alternative fits"),
            // Nothing that is stored fits it; or the old side excludes more.
            NotKeyword not => Try(() => AreDisjoint(old, not.Node) || old.Keywords.OfType<NotKeyword>().Any(known => Follows(Facts.Of(_work, not.Node), known.Node)))
                || Unproved(rule, "values that fit may be stored"),
            ConditionalKeyword condition => Try(() => HoldsConditionally(old, condition)) || Unproved(rule, "the condition was not shown to hold"),
            _ => Unproved(rule, "it depends on all its neighbours"),
        };
    }

    private bool Fits(JsonElement value, SchemaNode node)
    {
        var fits = node.Fits(value, _work);
        _work.Require(0);
        return fits == true;
    }

    private static bool IsBounded(Facts old, NumericKeyword rule) => rule.Name switch
    {
        "minimum" => old.Bounds("minimum").Any(bound => bound >= rule.Bound) || old.Bounds("exclusiveMinimum").Any(bound => bound >= rule.Bound),
        "maximum" => old.Bounds("maximum").Any(bound => bound <= rule.Bound) || old.Bounds("exclusiveMaximum").Any(bound => bound <= rule.Bound),
        "exclusiveMinimum" => old.Bounds("minimum").Any(bound => bound > rule.Bound) || old.Bounds("exclusiveMinimum").Any(bound => bound >= rule.Bound),
        "exclusiveMaximum" => old.Bounds("maximum").Any(bound => bound < rule.Bound) || old.Bounds("exclusiveMaximum").Any(bound => bound <= rule.Bound),
        // What is a multiple of 6 is one of 3; a whole number is a multiple of 1, of 0.5, of 0.1.
        _ => old.Bounds("multipleOf").Any(bound => bound.IsMultipleOf(rule.Bound)) || (!old.Types.HasAny(SchemaTypes.Fraction) && JsonNumber.Of(1).IsMultipleOf(rule.Bound)),
    };

    private static bool IsBounded(Facts old, SizeKeyword rule)
    {
        var bound = old.Size(rule.Kind, rule.IsMinimum);
        return rule.IsMinimum
            ? rule.Bound.Sign == 0 || bound >= rule.Bound || (rule.Kind == JsonValueKind.Object && JsonNumber.Of(old.Required.Count) >= rule.Bound)
            : bound <= rule.Bound || (rule.Kind == JsonValueKind.Object && Closed(old) is { } names && JsonNumber.Of(names.Count) <= rule.Bound);
    }

    /// <summary>
    /// The three property keywords are one rule. Names that either side knows are looked at one by one; of the others it is
    /// only known which schemas the old side can have for them.
    /// </summary>
    private bool AreMembersFit(Facts old, PropertiesKeyword rule)
    {
        var groups = old.Keywords.OfType<PropertiesKeyword>().ToList();
        var names = rule.Named.Concat(groups.SelectMany(group => group.Named)).Select(named => named.Name).Distinct();
        var fit = true;
        foreach (var name in names)
        {
            var member = old.Member(name);
            fit &= Facts.Applicable(rule, name, _work).Aggregate(true, (follows, node) => Follows(member, node) && follows);
        }

        foreach (var pattern in rule.Patterns)
        {
            fit &= OtherMembers(groups, [], pattern.Pattern).Aggregate(true, (follows, member) => Follows(member, pattern.Node) && follows);
        }

        if (rule.Additional is { } additional)
        {
            var elsewhere = rule.Patterns.Select(pattern => pattern.Pattern).ToHashSet();
            var follows = OtherMembers(groups, elsewhere, null).All(member => additional.Node.IsNothing ? member.IsEmpty() : Follows(member, additional.Node));
            fit &= follows || Unproved(additional, "other members may be stored");
        }

        return fit;
    }

    /// <summary>
    /// What may be known of a member that no side names, one entry for each way that a group of the old side can treat it. One
    /// group's word is enough to prove something, so only the first that has something to say is asked.
    /// </summary>
    /// <param name="elsewhere">Patterns whose members another rule of the new side speaks for.</param>
    /// <param name="matches">A pattern that the member matches; null where that is not known.</param>
    private IEnumerable<Facts> OtherMembers(List<PropertiesKeyword> groups, HashSet<string> elsewhere, string? matches)
    {
        var group = groups.FirstOrDefault(group => group.Additional is not null) ?? (groups.Count > 0 ? groups[0] : null);
        if (group is null)
        {
            return [Facts.Of(_work)];
        }

        SchemaNode[] certain = [.. groups.SelectMany(known => known.Patterns).Where(pattern => pattern.Pattern == matches).Select(pattern => pattern.Node)];
        var ways = group.Patterns.Where(pattern => !elsewhere.Contains(pattern.Pattern)).Select(pattern => Facts.Of(_work, [pattern.Node, .. certain]));
        var isCertainlyMatched = group.Patterns.Any(pattern => pattern.Pattern == matches);
        return isCertainlyMatched ? [Facts.Of(_work, certain)] : ways.Append(Facts.Of(_work, [.. Present(group.Additional?.Node), .. certain]));
    }

    /// <summary>The names that an object can have at most; null where it is open.</summary>
    private static List<string>? Closed(Facts old) => old.Keywords.OfType<PropertiesKeyword>()
        .FirstOrDefault(group => group.Additional is { Node.IsNothing: true } && group.Patterns.Length == 0)?
        .Named.Where(named => !named.Node.IsNothing).Select(named => named.Name).ToList();

    private bool AreNamesFit(Facts old, PropertyNamesKeyword rule) =>
        Closed(old) is { } names && names.All(name => Fits(PropertyNamesKeyword.NameOf(name), rule.Node))
        || Try(() => Follows(Facts.Of(_work, [.. old.Keywords.OfType<PropertyNamesKeyword>().Select(known => known.Node)]).WithType(SchemaTypes.String), rule.Node));

    private bool AreElementsFit(Facts old, ItemsKeyword rule)
    {
        var prefix = old.Keywords.OfType<ItemsKeyword>().Append(rule).Max(group => group.Prefix.Length);
        var most = old.Size(JsonValueKind.Array, isMinimum: false);
        var fit = true;
        for (var index = 0; index <= prefix; index++) // the last one stands for all that follow
        {
            if ((index < rule.Prefix.Length ? rule.Prefix[index] : rule.Rest) is { } node && !(most <= JsonNumber.Of(index)))
            {
                fit &= Follows(old.Element(index), node);
            }
        }

        return fit;
    }

    private bool Contains(Facts old, ContainsKeyword rule)
    {
        var known = old.Keywords.OfType<ContainsKeyword>().ToList();
        var enough = rule.Min.Sign == 0 || known.Any(other => other.Min >= rule.Min && Try(() => Follows(Facts.Of(_work, other.Node), rule.Node)))
            || Try(() => HasEnough(old, rule));
        var notTooMany = rule.Max is null || old.Size(JsonValueKind.Array, isMinimum: false) <= rule.Max
            || known.Any(other => other.Max <= rule.Max && Try(() => Follows(Facts.Of(_work, rule.Node), other.Node)));
        return enough && notTooMany;
    }

    /// <summary>Whether enough of the elements that are always there fit.</summary>
    private bool HasEnough(Facts old, ContainsKeyword rule)
    {
        if (old.Size(JsonValueKind.Array, isMinimum: true) is not { } least || least < rule.Min)
        {
            return false;
        }

        var prefix = old.Keywords.OfType<ItemsKeyword>().Select(group => group.Prefix.Length).DefaultIfEmpty().Max();
        var (count, index) = (0, 0);
        for (; index < prefix && JsonNumber.Of(index) < least; index++)
        {
            count += Follows(old.Element(index), rule.Node) ? 1 : 0;
        }

        // Of those after the prefix all are known to fit, or none. They make up for what does not fit before.
        return JsonNumber.Of(count) >= rule.Min
            || (least >= rule.Min.Floor(index - count) && Follows(old.Element(prefix), rule.Node));
    }

    private bool IsExactlyOne(Facts old, OneOfKeyword rule) =>
        old.Keywords.OfType<OneOfKeyword>().Any(known => known.Branches.Length == rule.Branches.Length
            && rule.Branches.All(branch => known.Branches.Count(other => IsSame(other, branch)) == 1 && rule.Branches.Count(other => IsSame(other, branch)) == 1))
        || IsOnlyOneLeft(old, [.. rule.Branches.Where(branch => !AreDisjoint(old, branch))]);

    private bool IsOnlyOneLeft(Facts old, List<SchemaNode> branches) =>
        branches.Any(branch => Follows(old, branch) && branches.All(other => other == branch || AreDisjoint(old.With(branch), other)));

    private bool HoldsConditionally(Facts old, ConditionalKeyword rule) =>
        (rule.Then is null || AreDisjoint(old, rule.If) || Follows(old.With(rule.If), rule.Then))
        && (rule.Else is null || Follows(old, rule.If) || Follows(old, rule.Else));

    /// <summary>Whether no value of which these facts are known fits a schema: by their types, their values, or those of a member that is there.</summary>
    private bool AreDisjoint(Facts old, SchemaNode other)
    {
        Descend();
        var disjoint = AreToldApart(old, other) || other.Keywords.Any(rule => rule switch
        {
            AlternativesKeyword either => either.Branches.All(branch => AreDisjoint(old, branch)),
            ReferenceKeyword reference => AreDisjoint(old, reference.Target),
            _ => false,
        }) || old.With(other).IsEmpty();
        _depth--;
        return disjoint;
    }

    /// <summary>
    /// Whether a member that objects must have can only have other values: the usual way to tell the branches of <c>oneOf</c> apart, found
    /// at little cost, because each branch is compared with each other.
    /// </summary>
    private bool AreToldApart(Facts old, SchemaNode other) => old.Types == SchemaTypes.Object && other.Listed.Any(listed =>
    {
        var known = old.Nodes.Select(node => node.Listed.GetValueOrDefault(listed.Key)).OfType<ValueKeyword>().FirstOrDefault();
        _work.Require(5 + old.Nodes.Count + (known is null ? 0 : Math.Min(known.Values.Length, listed.Value.Values.Length)));
        return known is not null && (old.Required.Contains(listed.Key) || other.Required.Contains(listed.Key)) && !known.Overlaps(listed.Value);
    });

    private bool IsSame(SchemaNode one, SchemaNode other) => IsSame(one, other, []);

    private bool IsSame(Keyword one, Keyword other) => IsSame(one, other, []);

    /// <summary>Whether two schemas are the same but for annotations. Pairs that are being compared are taken for the same.</summary>
    private bool IsSame(SchemaNode one, SchemaNode other, HashSet<(SchemaNode, SchemaNode)> compared)
    {
        if (ReferenceEquals(one, other) || !compared.Add((one, other)))
        {
            return true;
        }

        Descend();
        var same = one.Keywords.All(rule => other.Keywords.Any(candidate => IsSame(rule, candidate, compared)))
            && other.Keywords.All(rule => one.Keywords.Any(candidate => IsSame(candidate, rule, compared)));
        _depth--;
        compared.Remove((one, other)); // what was found under this assumption is asked anew elsewhere
        return same;
    }

    private bool IsSame(Keyword one, Keyword other, HashSet<(SchemaNode, SchemaNode)> compared)
    {
        _work.Require(UnitsOfStep);
        if (one.GetType() != other.GetType() || one.Shape != other.Shape)
        {
            return false;
        }

        var (ours, theirs) = (one.Children, other.Children);
        _work.Require(ours.Count + (one.Shape.Length / 16));
        return ours.Count == theirs.Count && ours.Zip(theirs).All(pair => IsSame(pair.First, pair.Second, compared));
    }

    private static IReadOnlyList<SchemaNode> Present(SchemaNode? node) => node is null ? [] : [node];

    private static SchemaTypes TypeOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => SchemaTypes.String,
        JsonValueKind.Array => SchemaTypes.Array,
        _ => SchemaTypes.Object,
    };

    private int Number(object part)
    {
        if (!_numbers.TryGetValue(part, out var number))
        {
            _numbers[part] = number = _numbers.Count;
        }

        return number;
    }

    /// <summary>Attempts something whose failure is no finding of its own.</summary>
    private bool Try(Func<bool> attempt)
    {
        _trials++;
        var result = attempt();
        _trials--;
        return result;
    }

    private bool Unproved(Keyword rule, string reason) => Unproved(rule.Place, $"Under the old schema {reason}.");

    private bool Unproved(SchemaPlace place, string reason)
    {
        if (_trials == 0 && _unproved.Count < MaxNoted)
        {
            _unproved.Add(new UnprovedRule(place.ToString(), reason));
        }

        return false;
    }

    /// <summary>Goes a step further into both schemas; the caller comes back by <c>_depth--</c>.</summary>
    private void Descend()
    {
        _work.Require(UnitsOfStep);
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new WorkSpentException();
        }
    }
}

internal static class SchemaTypesExtensions
{
    public static bool HasAny(this SchemaTypes types, SchemaTypes some) => (types & some) != 0;
}
