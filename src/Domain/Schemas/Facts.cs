using System.Globalization;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// What is known of a value in a proof: it fits these schemas of the old side, has one of these types, and has these members.
/// Everything that is derived here holds for every such value; what cannot be told is left open.
/// </summary>
internal sealed class Facts
{
    /// <summary>How far emptiness is looked for in members of members.</summary>
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
        Types = PossibleTypes;
        if (Types == SchemaTypes.Object)
        {
            AddDependents();
            Types = PossibleTypes;
        }
    }

    public IReadOnlyList<SchemaNode> Nodes { get; }

    /// <summary>All rules that hold, those behind <c>allOf</c> and <c>$ref</c> included.</summary>
    public IReadOnlyList<Keyword> Keywords { get; private set; }

    /// <summary>Members that an object has.</summary>
    public HashSet<string> Required { get; }

    public SchemaTypes Types { get; }

    /// <summary>Alternatives that no case was made of yet.</summary>
    public IEnumerable<Keyword> Undecided => Keywords.Where(keyword => keyword is AlternativesKeyword or ConditionalKeyword && !_decided.Contains(keyword));

    public static Facts Of(Work work, params IReadOnlyList<SchemaNode> nodes) =>
        new(nodes, SchemaTypes.All, new HashSet<string>(), new HashSet<Keyword>(ReferenceEqualityComparer.Instance), work);

    public Facts With(params IReadOnlyList<SchemaNode> more) => new([.. Nodes, .. more], _mask, _present, _decided, _work);

    public Facts WithType(SchemaTypes type) => new(Nodes, _mask & type, _present, _decided, _work);

    public Facts WithMember(string name) => new(Nodes, _mask, new HashSet<string>(_present) { name }, _decided, _work);

    /// <summary>A case of an alternative.</summary>
    public Facts Decide(Keyword alternative, params IReadOnlyList<SchemaNode> branch) =>
        new([.. Nodes, .. branch], _mask, _present, new HashSet<Keyword>(_decided, ReferenceEqualityComparer.Instance) { alternative }, _work);

    /// <summary>The same text for the same facts.</summary>
    public string Key(Func<object, int> number) =>
        $"{Numbers(Nodes, number)}/{_mask:D}/{string.Join(',', _present.Order(StringComparer.Ordinal))}/{Numbers(_decided, number)}";

    /// <summary>What is known of a member, if it is there.</summary>
    public Facts Member(string name) => Of(_work, [.. Keywords.OfType<PropertiesKeyword>().SelectMany(group => Applicable(group, name, _work))]);

    /// <summary>The schemas that a group of property keywords has for a name.</summary>
    public static IEnumerable<SchemaNode> Applicable(PropertiesKeyword group, string name, Work work)
    {
        var named = group.Find(name);
        var matching = group.Patterns.Where(pattern => pattern.Program.IsMatch(name, work)).Select(pattern => pattern.Node).ToList();
        return named is not null ? [named, .. matching]
            : matching.Count > 0 ? matching
            : group.Additional is { } additional ? [additional.Node]
            : [];
    }

    /// <summary>What is known of an element, if it is there.</summary>
    public Facts Element(int index) => Of(_work, [.. Keywords.OfType<ItemsKeyword>()
        .Select(group => index < group.Prefix.Length ? group.Prefix[index] : group.Rest).OfType<SchemaNode>()]);

    /// <summary>
    /// All values there can be, where they are few enough to be tried one by one; else null. Where 1.0 is told from 1, each stands there in
    /// both ways, as either may be stored.
    /// </summary>
    /// <param name="tellsTexts">Whether they are tried with a schema that tells them apart.</param>
    public IReadOnlyList<JsonElement>? Values(bool tellsTexts = false)
    {
        IEnumerable<JsonElement>? candidates = Keywords.OfType<ValueKeyword>().MinBy(keyword => keyword.Values.Length)?.Values;
        if (candidates is null && (Types & ~(SchemaTypes.Boolean | SchemaTypes.Null)) == 0)
        {
            candidates = [JsonElement.Parse("true"), JsonElement.Parse("false"), JsonElement.Parse("null")];
        }

        if (candidates is not null && (tellsTexts || Nodes.Any(node => node.TellsTexts)))
        {
            candidates = candidates.All(HasFewTexts) ? candidates.SelectMany(Texts) : null;
        }

        return candidates?.Where(Admits).ToList();
    }

    /// <summary>Whether no value can be like that. False where it cannot be told.</summary>
    public bool IsEmpty(int depth = 0) => Types == SchemaTypes.None
        || Values() is { Count: 0 }
        || (Types == SchemaTypes.Object && depth < MaxDepth && Required.Any(name => Member(name).IsEmpty(depth + 1)));

    /// <summary>The smallest and the largest number of something that is counted; null where nothing bounds it.</summary>
    public JsonNumber? Size(JsonValueKind kind, bool isMinimum)
    {
        JsonNumber? tightest = null;
        foreach (var bound in Keywords.OfType<SizeKeyword>().Where(keyword => keyword.Kind == kind && keyword.IsMinimum == isMinimum).Select(keyword => keyword.Bound))
        {
            tightest = tightest is null || (isMinimum ? bound > tightest : bound < tightest) ? bound : tightest;
        }

        return tightest;
    }

    /// <summary>The bounds of numbers of a name, such as <c>minimum</c>; of whole numbers also the next whole number.</summary>
    public IEnumerable<JsonNumber> Bounds(string name) => Bounds(name, !Types.HasAny(SchemaTypes.Fraction));

    private SchemaTypes PossibleTypes
    {
        get
        {
            var types = Keywords.Aggregate(_mask, (types, keyword) => types & keyword.Types);
            return AreBoundsEmpty(areWhole: !types.HasAny(SchemaTypes.Fraction)) ? types & ~SchemaTypes.Number : types;
        }
    }

    private bool AreBoundsEmpty(bool areWhole) =>
        Bounds("minimum", areWhole).Any(low => Bounds("maximum", areWhole).Any(high => low > high) || Bounds("exclusiveMaximum", areWhole).Any(high => low >= high))
        || Bounds("exclusiveMinimum", areWhole).Any(low => Bounds("maximum", areWhole).Any(high => low >= high) || Bounds("exclusiveMaximum", areWhole).Any(high => low >= high));

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

    /// <summary>The first whole number that a rule lets pass.</summary>
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

    /// <summary>Whether a value is written in one way or in two, as <see cref="Texts"/> tells them: numbers within others are not looked for.</summary>
    private static bool HasFewTexts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().All(element => element.ValueKind != JsonValueKind.Number && HasFewTexts(element)),
        JsonValueKind.Object => value.EnumerateObject().All(member => member.Value.ValueKind != JsonValueKind.Number && HasFewTexts(member.Value)),
        JsonValueKind.Number => TypeKeyword.Of(value) != SchemaTypes.OtherInteger,
        _ => true,
    };

    private static IEnumerable<JsonElement> Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && TypeKeyword.Of(value) == SchemaTypes.PlainInteger ? [value, JsonElement.Parse(value.GetRawText() + ".0")] : [value];

    private static string Numbers(IEnumerable<object> parts, Func<object, int> number) =>
        string.Join(',', parts.Select(number).Order().Select(id => id.ToString(CultureInfo.InvariantCulture)));

    private bool Admits(JsonElement value) => (TypeKeyword.Of(value) & _mask) != 0
        && Nodes.All(node => node.Fits(value, _work) != false)
        && (value.ValueKind != JsonValueKind.Object || _present.All(name => value.TryGetProperty(name, out _)));

    /// <summary>What a required member brings with it, in a value that is known to be an object.</summary>
    private void AddDependents()
    {
        for (var before = -1; before != Keywords.Count + Required.Count;)
        {
            before = Keywords.Count + Required.Count;
            _work.Require(10L * before);
            var dependent = Keywords.OfType<DependentSchemaKeyword>().Where(keyword => Required.Contains(keyword.Trigger)).SelectMany(keyword => keyword.Node.Conjuncts);
            Keywords = [.. Keywords.Concat(dependent).Distinct(ReferenceEqualityComparer.Instance).Cast<Keyword>()];
            Required.UnionWith(Keywords.OfType<DependentRequiredKeyword>().Where(keyword => Required.Contains(keyword.Trigger)).SelectMany(keyword => keyword.Names)
                .Concat(Keywords.OfType<RequiredKeyword>().SelectMany(keyword => keyword.Names)).ToList());
        }
    }
}
