using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// Proves that a new schema accepts every value that an old one accepts: every rule of the new side must follow from the facts of the old
/// side. Unknown cases count as not proved, and no step treats a failed proof as a proof of the opposite.
/// </summary>
internal sealed class Prover
{
    /// <summary>Limit of reported rules.</summary>
    private const int MaxUnproved = 50;

    /// <summary>Limit of collected rules, which contain duplicates.</summary>
    private const int MaxCollected = 1_000;

    private static readonly SchemaTypes[] SeparateTypes =
        [SchemaTypes.Array, SchemaTypes.Boolean, SchemaTypes.Null, SchemaTypes.Object, SchemaTypes.String, SchemaTypes.Number];

    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _assumed = [];
    private readonly List<UnprovedRule> _unproved = [];
    private readonly Work _work;
    private readonly ProofSteps _steps;
    private readonly SchemaEquality _equality;
    private readonly MembersProof _members;
    private readonly ElementsProof _elements;
    private int _trials;

    private Prover(Work work)
    {
        (_work, _steps) = (work, new ProofSteps(work));
        (_equality, _members, _elements) = (new SchemaEquality(_steps), new MembersProof(this, work), new ElementsProof(this, work));
    }

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

    /// <summary>Whether every value with these facts provably fits a schema.</summary>
    public bool Follows(Facts old, SchemaNode @new)
    {
        _steps.Enter();
        var follows = FollowsWithin(old, @new);
        _steps.Leave();
        return follows;
    }

    public bool Fits(JsonElement value, SchemaNode node)
    {
        var fits = node.Fits(value, _work);
        _work.Require(0);
        return fits == true;
    }

    /// <summary>Runs an attempt without the report of unproved rules.</summary>
    public bool Try(Func<bool> attempt)
    {
        _trials++;
        var result = attempt();
        _trials--;
        return result;
    }

    /// <returns>False, always.</returns>
    public bool Unproved(Keyword rule, string reason) => Unproved(rule.Place, $"Under the old schema {reason}.");

    private bool Unproved(SchemaPlace place, string reason)
    {
        if (_trials == 0 && _unproved.Count < MaxCollected)
        {
            _unproved.Add(new UnprovedRule(place.ToString(), reason));
        }

        return false;
    }

    private bool FollowsWithin(Facts old, SchemaNode @new)
    {
        if (@new.Keywords.Length == 0 || old.IsEmpty() || old.Nodes.Any(node => _equality.AreEqual(node, @new)))
        {
            return true;
        }

        if (old.Values(@new.DistinguishesNumberForms) is { } values)
        {
            return values.All(value => Fits(value, @new)) || Unproved(@new.Place, "A value that the old schema lists does not fit.");
        }

        // Proof by induction: each cycle of the schemas descends into the value, so the claim may be assumed for the smaller values.
        var key = $"{old.Key(Number)}|{Number(@new)}";
        if (!_assumed.Add(key))
        {
            return true;
        }

        var unproved = _unproved.Count;
        var follows = true;
        foreach (var rule in @new.Keywords)
        {
            follows &= Implies(old, rule);
        }

        if (!follows && FollowsInEachCase(old, @new))
        {
            _unproved.RemoveRange(unproved, _unproved.Count - unproved);
            follows = true;
        }

        _assumed.Remove(key);
        return follows;
    }

    /// <summary>Proves each case separately: each branch of an alternative on the old side, or each type.</summary>
    private bool FollowsInEachCase(Facts old, SchemaNode @new) => Try(() => old.Undecided.FirstOrDefault() switch
    {
        AlternativesKeyword either => either.Branches.All(branch => Follows(old.Decide(either, branch), @new)),
        ConditionalKeyword condition => Follows(old.Decide(condition, [condition.If, .. Present(condition.Then)]), @new)
            && Follows(old.Decide(condition, [.. Present(condition.Else)]), @new),
        _ when SeparateTypes.Where(type => (old.Types & type) != 0).ToList() is { Count: > 1 } types =>
            types.All(type => Follows(old.WithType(type), @new)),
        _ => false,
    });

    /// <summary>Proves one rule of the new side.</summary>
    private bool Implies(Facts old, Keyword rule)
    {
        // Equal rules imply each other. The unevaluated keywords depend on their siblings, so equal keywords prove nothing.
        if (rule is not UnevaluatedKeyword && old.Keywords.Any(known => _equality.AreEqual(known, rule)))
        {
            return true;
        }

        return rule switch
        {
            NothingKeyword => Unproved(rule, "values may be stored"), // the old side is not known to be empty
            TypeKeyword type => (old.Types & ~type.Named) == 0 || Unproved(rule, "other types may be stored"),
            ValueKeyword => Unproved(rule, "other values may be stored"), // a short list of values is proved before
            NumericKeyword numeric => !old.Types.HasAny(SchemaTypes.Number) || BoundsProof.Implies(old, numeric)
                || Unproved(rule, "numbers beyond it may be stored"),
            SizeKeyword size => !old.Types.HasAny(TypeOf(size.Kind)) || BoundsProof.Implies(old, size)
                || Unproved(rule, "other sizes may be stored"),
            PatternKeyword => !old.Types.HasAny(SchemaTypes.String) // an equal pattern is proved above; others are not compared
                || Unproved(rule, "strings that do not match may be stored"),
            FormatKeyword format => !old.Types.HasAny(Formats.IsOfNumbers(format.Name) ? SchemaTypes.Number : SchemaTypes.String)
                || (format.Name == "int64" && old.Keywords.Any(known => known is FormatKeyword { Name: "int32" }))
                || Unproved(rule, "values of another format may be stored"),
            RequiredKeyword required => !old.Types.HasAny(SchemaTypes.Object)
                || required.Names.All(old.Required.Contains) // a default does not count, because it does not change stored payloads
                || Unproved(rule, "objects without a member may be stored"),
            PropertiesKeyword group => !old.Types.HasAny(SchemaTypes.Object) || _members.Implies(old, group),
            PropertyNamesKeyword names => !old.Types.HasAny(SchemaTypes.Object) || _members.Implies(old, names)
                || Unproved(rule, "members of other names may be stored"),
            DependentRequiredKeyword dependent => !old.Types.HasAny(SchemaTypes.Object) || old.Member(dependent.Trigger).IsEmpty()
                || dependent.Names.All(old.WithType(SchemaTypes.Object).WithMember(dependent.Trigger).Required.Contains)
                || Unproved(rule, "objects without a member may be stored"),
            DependentSchemaKeyword dependent => !old.Types.HasAny(SchemaTypes.Object) || old.Member(dependent.Trigger).IsEmpty()
                || Follows(old.WithType(SchemaTypes.Object).WithMember(dependent.Trigger), dependent.Node),
            ItemsKeyword group => !old.Types.HasAny(SchemaTypes.Array) || _elements.Implies(old, group),
            ContainsKeyword contains => !old.Types.HasAny(SchemaTypes.Array) || _elements.Implies(old, contains)
                || Unproved(rule, "arrays without such elements, or with too many, may be stored"),
            UniqueItemsKeyword => !old.Types.HasAny(SchemaTypes.Array) || ElementsProof.AreUnique(old)
                || Unproved(rule, "arrays with equal elements may be stored"),
            AllOfKeyword all => all.Branches.Aggregate(true, (follows, branch) => Follows(old, branch) && follows),
            ReferenceKeyword reference => Follows(old, reference.Target),
            AnyOfKeyword any => Try(() => any.Branches.Any(branch => Follows(old, branch)))
                || Unproved(rule, "no single alternative was shown to fit"),
            OneOfKeyword one => Try(() => IsExactlyOne(old, one)) || Unproved(rule, "it was not shown that exactly one alternative fits"),
            NotKeyword not => Try(() => AreDisjoint(old, not.Node) || ExcludesMore(old, not))
                || Unproved(rule, "values that fit may be stored"),
            ConditionalKeyword condition => Try(() => IsConditionMet(old, condition))
                || Unproved(rule, "the condition was not shown to hold"),
            _ => Unproved(rule, "it depends on all sibling keywords"),
        };
    }

    /// <summary>Whether one branch always fits and no other branch ever does.</summary>
    private bool IsExactlyOne(Facts old, OneOfKeyword rule) =>
        old.Keywords.OfType<OneOfKeyword>().Any(known => HaveEqualBranches(known, rule))
        || IsOnlyOneLeft(old, [.. rule.Branches.Where(branch => !AreDisjoint(old, branch))]);

    private bool HaveEqualBranches(OneOfKeyword known, OneOfKeyword rule) => known.Branches.Length == rule.Branches.Length
        && rule.Branches.All(branch => known.Branches.Count(other => _equality.AreEqual(other, branch)) == 1
            && rule.Branches.Count(other => _equality.AreEqual(other, branch)) == 1);

    private bool IsOnlyOneLeft(Facts old, List<SchemaNode> branches) => branches.Any(branch =>
        Follows(old, branch) && branches.All(other => other == branch || AreDisjoint(old.With(branch), other)));

    private bool ExcludesMore(Facts old, NotKeyword rule) =>
        old.Keywords.OfType<NotKeyword>().Any(known => Follows(Facts.Of(_work, rule.Node), known.Node));

    private bool IsConditionMet(Facts old, ConditionalKeyword rule) =>
        (rule.Then is null || AreDisjoint(old, rule.If) || Follows(old.With(rule.If), rule.Then))
        && (rule.Else is null || Follows(old, rule.If) || Follows(old, rule.Else));

    /// <summary>Whether provably no value with these facts fits a schema, because of its type, its values, or a member.</summary>
    private bool AreDisjoint(Facts old, SchemaNode other)
    {
        _steps.Enter();
        var disjoint = HaveDifferentMember(old, other) || other.Keywords.Any(rule => rule switch
        {
            AlternativesKeyword either => either.Branches.All(branch => AreDisjoint(old, branch)),
            ReferenceKeyword reference => AreDisjoint(old, reference.Target),
            _ => false,
        }) || old.With(other).IsEmpty();
        _steps.Leave();
        return disjoint;
    }

    /// <summary>
    /// Whether a required member has disjoint lists of values on both sides, as the branches of <c>oneOf</c> usually have. This check is
    /// cheap, because each branch is compared with each other.
    /// </summary>
    private bool HaveDifferentMember(Facts old, SchemaNode other) => old.Types == SchemaTypes.Object && other.Listed.Any(listed =>
    {
        var known = old.Nodes.Select(node => node.Listed.GetValueOrDefault(listed.Key)).OfType<ValueKeyword>().FirstOrDefault();
        _work.Require(5 + old.Nodes.Count + (known is null ? 0 : Math.Min(known.Values.Length, listed.Value.Values.Length)));
        return known is not null && (old.Required.Contains(listed.Key) || other.Required.Contains(listed.Key))
            && !known.Overlaps(listed.Value);
    });

    private static IReadOnlyList<SchemaNode> Present(SchemaNode? node) => node is null ? [] : [node];

    private static SchemaTypes TypeOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => SchemaTypes.String,
        JsonValueKind.Array => SchemaTypes.Array,
        _ => SchemaTypes.Object,
    };

    /// <summary>A number that identifies a part of a schema in keys.</summary>
    private int Number(object part)
    {
        if (!_numbers.TryGetValue(part, out var number))
        {
            _numbers[part] = number = _numbers.Count;
        }

        return number;
    }
}
