using System.Globalization;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// The facts about a value in a proof: it fits these schemas of the old side, has one of these types, and has these members.
/// All derived facts hold for every such value. Unknown facts are omitted.
/// </summary>
internal sealed class Facts
{
    /// <summary>Limit of nested members in the search for a contradiction.</summary>
    private const int MaxDepth = 4;

    private readonly SchemaTypes _mask;
    private readonly IReadOnlySet<string> _present;
    private readonly IReadOnlySet<Keyword> _decided;
    private readonly Work _work;

    private Facts(IReadOnlyList<SchemaNode> nodes, SchemaTypes mask, IReadOnlySet<string> present, IReadOnlySet<Keyword> decided, Work work)
    {
        (Nodes, _mask, _present, _decided, _work) = ([.. nodes.Distinct()], mask, present, decided, work);
        Keywords = [.. Nodes.SelectMany(node => node.Conjuncts).Distinct(ReferenceEqualityComparer.Instance).Cast<Keyword>()];
        Required = [.. _present, .. Keywords.OfType<RequiredKeyword>().SelectMany(keyword => keyword.Names)];
        work.Require(50 + (20L * Keywords.Count) + (10L * Required.Count));
        Types = PossibleTypes();
        if (Types == SchemaTypes.Object)
        {
            AddDependents();
            Types = PossibleTypes();
        }
    }

    public IReadOnlyList<SchemaNode> Nodes { get; }

    /// <summary>All rules that hold, including those behind <c>allOf</c> and <c>$ref</c>.</summary>
    public IReadOnlyList<Keyword> Keywords { get; private set; }

    /// <summary>The members that the value has, if it is an object.</summary>
    public HashSet<string> Required { get; }

    public SchemaTypes Types { get; }

    /// <summary>Alternatives whose branches are not separated yet.</summary>
    public IEnumerable<Keyword> Undecided =>
        Keywords.Where(keyword => keyword is AlternativesKeyword or ConditionalKeyword && !_decided.Contains(keyword));

    /// <summary>The names that an object can have; null if there is no limit.</summary>
    public IReadOnlyList<string>? PossibleNames => Keywords.OfType<PropertiesKeyword>()
        .FirstOrDefault(group => group.Additional is { Node.IsNothing: true } && group.Patterns.Length == 0)?
        .Named.Where(named => !named.Node.IsNothing).Select(named => named.Name).ToList();

    public static Facts Of(Work work, params IReadOnlyList<SchemaNode> nodes) =>
        new(nodes, SchemaTypes.All, new HashSet<string>(), new HashSet<Keyword>(ReferenceEqualityComparer.Instance), work);

    public Facts With(params IReadOnlyList<SchemaNode> more) => new([.. Nodes, .. more], _mask, _present, _decided, _work);

    public Facts WithType(SchemaTypes type) => new(Nodes, _mask & type, _present, _decided, _work);

    public Facts WithMember(string name) => new(Nodes, _mask, new HashSet<string>(_present) { name }, _decided, _work);

    /// <summary>The facts in one case of an alternative.</summary>
    public Facts Decide(Keyword alternative, params IReadOnlyList<SchemaNode> branch) =>
        new([.. Nodes, .. branch], _mask, _present, new HashSet<Keyword>(_decided, ReferenceEqualityComparer.Instance) { alternative },
            _work);

    /// <summary>A text that is equal for equal facts.</summary>
    public string Key(Func<object, int> number) =>
        $"{Numbers(Nodes, number)}/{_mask:D}/{string.Join(',', _present.Order(StringComparer.Ordinal))}/{Numbers(_decided, number)}";

    /// <summary>The facts about a member, if it is present.</summary>
    public Facts Member(string name) =>
        Of(_work, [.. Keywords.OfType<PropertiesKeyword>().SelectMany(group => Applicable(group, name, _work))]);

    /// <summary>The schemas that the property keywords apply to a member.</summary>
    public static IEnumerable<SchemaNode> Applicable(PropertiesKeyword group, string name, Work work)
    {
        var named = group.Find(name);
        var matching = group.Patterns.Where(pattern => pattern.Program.IsMatch(name, work)).Select(pattern => pattern.Node).ToList();
        return named is not null ? [named, .. matching]
            : matching.Count > 0 ? matching
            : group.Additional is { } additional ? [additional.Node]
            : [];
    }

    /// <summary>The facts about an element, if it is present.</summary>
    public Facts Element(int index) => Of(_work, [.. Keywords.OfType<ItemsKeyword>()
        .Select(group => index < group.Prefix.Length ? group.Prefix[index] : group.Rest).OfType<SchemaNode>()]);

    /// <summary>
    /// All possible values, if they are few enough to check one by one; otherwise null. If a schema distinguishes 1.0 from 1, the result
    /// contains both forms, because either may be stored.
    /// </summary>
    /// <param name="distinguishesForms">Whether the schema to check distinguishes 1.0 from 1.</param>
    public IReadOnlyList<JsonElement>? Values(bool distinguishesForms = false)
    {
        IEnumerable<JsonElement>? candidates = Keywords.OfType<ValueKeyword>().MinBy(keyword => keyword.Values.Length)?.Values;
        if (candidates is null && (Types & ~(SchemaTypes.Boolean | SchemaTypes.Null)) == 0)
        {
            candidates = [JsonElement.Parse("true"), JsonElement.Parse("false"), JsonElement.Parse("null")];
        }

        if (candidates is not null && (distinguishesForms || Nodes.Any(node => node.DistinguishesNumberForms)))
        {
            candidates = candidates.All(HasKnownForms) ? candidates.SelectMany(Forms) : null;
        }

        return candidates?.Where(Admits).ToList();
    }

    /// <summary>Whether the facts provably contradict each other, so that there is no such value.</summary>
    public bool IsEmpty(int depth = 0) => Types == SchemaTypes.None
        || Values() is { Count: 0 }
        || (Types == SchemaTypes.Object && depth < MaxDepth && Required.Any(name => Member(name).IsEmpty(depth + 1)));

    /// <summary>The tightest bound of a length or count; null without a bound.</summary>
    public JsonNumber? Size(JsonValueKind kind, bool isMinimum)
    {
        JsonNumber? tightest = null;
        foreach (var rule in Keywords.OfType<SizeKeyword>().Where(rule => rule.Kind == kind && rule.IsMinimum == isMinimum))
        {
            tightest = tightest is null || (isMinimum ? rule.Bound > tightest : rule.Bound < tightest) ? rule.Bound : tightest;
        }

        return tightest;
    }

    /// <summary>The bounds of a keyword such as <c>minimum</c>; for whole numbers also the nearest whole number.</summary>
    public IEnumerable<JsonNumber> Bounds(string name) => Bounds(name, !Types.HasAny(SchemaTypes.Fraction));

    private SchemaTypes PossibleTypes()
    {
        var types = Keywords.Aggregate(_mask, (types, keyword) => types & keyword.Types);
        return AreBoundsEmpty(areWhole: !types.HasAny(SchemaTypes.Fraction)) ? types & ~SchemaTypes.Number : types;
    }

    private bool AreBoundsEmpty(bool areWhole) =>
        Bounds("minimum", areWhole).Any(low => Bounds("maximum", areWhole).Any(high => low > high)
            || Bounds("exclusiveMaximum", areWhole).Any(high => low >= high))
        || Bounds("exclusiveMinimum", areWhole).Any(low => Bounds("maximum", areWhole).Any(high => low >= high)
            || Bounds("exclusiveMaximum", areWhole).Any(high => low >= high));

    private IEnumerable<JsonNumber> Bounds(string name, bool areWhole)
    {
        foreach (var rule in Keywords.OfType<NumericKeyword>())
        {
            if (rule.Name == name)
            {
                yield return rule.Bound;
            }

            if (areWhole && WholeBound(rule, name) is { } whole)
            {
                yield return whole;
            }
        }
    }

    /// <summary>The first whole number that a bound accepts; null if it is the bound itself or another keyword's.</summary>
    private JsonNumber? WholeBound(NumericKeyword rule, string name)
    {
        _work.Require(1 + ((long)rule.Written.Length * rule.Written.Length / 100));
        return (name, rule.Name) switch
        {
            ("minimum", "minimum") => rule.Bound.IsInteger ? null : rule.Bound.Floor(1),
            ("minimum", "exclusiveMinimum") => rule.Bound.Floor(1),
            ("maximum", "maximum") => rule.Bound.IsInteger ? null : rule.Bound.Floor(),
            ("maximum", "exclusiveMaximum") => rule.Bound.Floor(rule.Bound.IsInteger ? -1 : 0),
            _ => null,
        };
    }

    /// <summary>Whether <see cref="Forms"/> returns all forms of a value. It does not vary numbers within arrays and objects.</summary>
    private static bool HasKnownForms(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().All(ContainsNoNumber),
        JsonValueKind.Object => value.EnumerateObject().All(member => ContainsNoNumber(member.Value)),
        JsonValueKind.Number => TypeKeyword.Of(value) != SchemaTypes.OtherInteger,
        _ => true,
    };

    private static bool ContainsNoNumber(JsonElement value) => value.ValueKind != JsonValueKind.Number && HasKnownForms(value);

    private static IEnumerable<JsonElement> Forms(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && TypeKeyword.Of(value) == SchemaTypes.PlainInteger
            ? [value, JsonElement.Parse(value.GetRawText() + ".0")]
            : [value];

    private static string Numbers(IEnumerable<object> parts, Func<object, int> number) =>
        string.Join(',', parts.Select(number).Order().Select(id => id.ToString(CultureInfo.InvariantCulture)));

    private bool Admits(JsonElement value) => (TypeKeyword.Of(value) & _mask) != 0
        && Nodes.All(node => node.Fits(value, _work) != false)
        && (value.ValueKind != JsonValueKind.Object || _present.All(name => value.TryGetProperty(name, out _)));

    /// <summary>Adds the rules that depend on required members. The value must be an object.</summary>
    private void AddDependents()
    {
        for (var before = -1; before != Keywords.Count + Required.Count;)
        {
            before = Keywords.Count + Required.Count;
            _work.Require(10L * before);
            var dependent = Keywords.OfType<DependentSchemaKeyword>().Where(keyword => Required.Contains(keyword.Trigger))
                .SelectMany(keyword => keyword.Node.Conjuncts);
            Keywords = [.. Keywords.Concat(dependent).Distinct(ReferenceEqualityComparer.Instance).Cast<Keyword>()];
            Required.UnionWith(Keywords.OfType<DependentRequiredKeyword>().Where(keyword => Required.Contains(keyword.Trigger))
                .SelectMany(keyword => keyword.Names)
                .Concat(Keywords.OfType<RequiredKeyword>().SelectMany(keyword => keyword.Names)).ToList());
        }
    }
}
