using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A compiled schema or subschema: all its keywords must hold. Without keywords it accepts any value.</summary>
/// <param name="place">The place in the whole schema.</param>
/// <param name="distinguishesNumberForms">Whether 1.0 and 1, which are one JSON value, can get different verdicts, as in draft-04.</param>
internal sealed class SchemaNode(SchemaPlace place, bool distinguishesNumberForms = false)
{
    private bool _hasUnevaluated;
    private SchemaTypes? _types;

    public SchemaPlace Place { get; } = place;

    /// <summary>Whether 1.0 and 1, which are one JSON value, can get different verdicts.</summary>
    public bool DistinguishesNumberForms => distinguishesNumberForms;

    /// <summary>The <c>unevaluated…</c> keywords come last, because they depend on all others.</summary>
    public Keyword[] Keywords { get; private set; } = [];

    /// <summary>The subschemas that apply to the same value.</summary>
    public IEnumerable<SchemaNode> InPlace => Keywords.SelectMany(keyword => keyword.InPlace);

    /// <summary>False if provably no object fits. Values within objects are not considered.</summary>
    public bool AllowsObjects => Keywords.All(keyword => keyword.AllowsObjects);

    /// <summary>Whether the schema is <c>false</c>, which accepts nothing.</summary>
    public bool IsNothing => Keywords is [NothingKeyword];

    /// <summary>All rules that hold for a valid value, including those behind <c>allOf</c> and <c>$ref</c>.</summary>
    public IReadOnlyList<Keyword> Conjuncts => field ??= [.. Keywords.SelectMany(keyword => keyword switch
    {
        AllOfKeyword all => all.Branches.SelectMany(branch => branch.Conjuncts),
        ReferenceKeyword reference => reference.Target.Conjuncts,
        _ => [keyword],
    }).Distinct(ReferenceEqualityComparer.Instance).Cast<Keyword>()];

    /// <summary>The possible types of a valid value. Some may be impossible in fact.</summary>
    public SchemaTypes Types => _types ??= Conjuncts.Aggregate(SchemaTypes.All, (types, keyword) => types & keyword.Types);

    /// <summary>The members that every valid object has.</summary>
    public IReadOnlySet<string> Required => field ??=
        Conjuncts.OfType<RequiredKeyword>().SelectMany(keyword => keyword.Names).ToHashSet(StringComparer.Ordinal);

    /// <summary>The members with a list of possible values, by name.</summary>
    public IReadOnlyDictionary<string, ValueKeyword> Listed => field ??= Conjuncts.OfType<PropertiesKeyword>()
        .SelectMany(group => group.Named)
        .Select(named => (named.Name, List: named.Node.Conjuncts.OfType<ValueKeyword>().FirstOrDefault()))
        .Where(named => named.List is not null).DistinctBy(named => named.Name)
        .ToDictionary(named => named.Name, named => named.List!, StringComparer.Ordinal);

    /// <summary>Whether a value fits; null if the check exceeds the work budget.</summary>
    public bool? Fits(JsonElement value, Work work)
    {
        var evaluation = new Evaluation(work);
        var instance = new Instance(value, work);
        var fits = evaluation.Try(this, ref instance, null);
        return evaluation.IsTooComplex ? null : fits;
    }

    /// <summary>Sets the keywords. The node exists before them, because a schema may refer to itself.</summary>
    public void Complete(IEnumerable<Keyword> keywords)
    {
        Keywords = [.. keywords.OrderBy(keyword => keyword is UnevaluatedKeyword)];
        _hasUnevaluated = Keywords.Any(keyword => keyword is UnevaluatedKeyword);
    }

    /// <summary>Whether a value fits.</summary>
    /// <param name="evaluated">Collects the evaluated members and elements; null if no keyword needs them.</param>
    public bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = evaluation.Enter();
        if (valid)
        {
            var own = evaluated is not null || _hasUnevaluated ? new Evaluated() : null;
            valid = AreKeywordsValid(ref instance, evaluation, own);
            if (valid)
            {
                evaluated?.Add(own!, evaluation.Work); // a schema that fails evaluates nothing (JSON Schema Core §7.7.1)
            }
        }

        evaluation.Leave();
        return valid;
    }

    /// <summary>Stops at the first fault, unless faults are collected.</summary>
    private bool AreKeywordsValid(ref Instance instance, Evaluation evaluation, Evaluated? own)
    {
        var valid = true;
        foreach (var keyword in Keywords)
        {
            valid &= keyword.Validate(ref instance, evaluation, own);
            if (!valid && (!evaluation.Collects || evaluation.IsOver))
            {
                break;
            }
        }

        return valid;
    }
}

/// <summary>A rule of a schema: a keyword, or keywords that are read together, with their values.</summary>
/// <param name="Place">The place in the whole schema.</param>
internal abstract record Keyword(SchemaPlace Place)
{
    /// <summary>False if the rule by itself excludes every object.</summary>
    public virtual bool AllowsObjects => true;

    /// <summary>The possible types of a valid value.</summary>
    public virtual SchemaTypes Types => SchemaTypes.All;

    /// <summary>The rule as text without its subschemas. Rules with equal texts and equal subschemas are equivalent.</summary>
    public string Shape => field ??= WriteShape();

    /// <summary>The subschemas, in an order that <see cref="Shape"/> determines.</summary>
    public virtual IReadOnlyList<SchemaNode> Children => [];

    /// <summary>The subschemas that apply to the same value.</summary>
    public virtual IReadOnlyList<SchemaNode> InPlace => [];

    /// <summary>Writes <see cref="Shape"/>.</summary>
    protected abstract string WriteShape();

    /// <summary>Whether the rule holds. Faults are reported to the evaluation if it collects them.</summary>
    public abstract bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated);
}

/// <summary>The schema <c>false</c> (JSON Schema Core §4.3.2).</summary>
internal sealed record NothingKeyword(SchemaPlace Place) : Keyword(Place)
{
    public override bool AllowsObjects => false;

    public override SchemaTypes Types => SchemaTypes.None;

    protected override string WriteShape() => "false";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) =>
        evaluation.Fault(this, "notAllowed", "No value is allowed here.");
}
