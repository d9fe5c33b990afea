using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A compiled schema or subschema: all its keywords must hold. None means that anything passes.</summary>
/// <param name="place">Where it stands in the whole schema.</param>
/// <param name="tellsTexts">Whether it can tell 1.0 from 1, which are one JSON value: in draft-04.</param>
internal sealed class SchemaNode(SchemaPlace place, bool tellsTexts = false)
{
    private bool _isUnevaluatedAskedFor;
    private SchemaTypes? _types;

    public SchemaPlace Place { get; } = place;

    /// <summary>Whether it can tell 1.0 from 1, which are one JSON value.</summary>
    public bool TellsTexts => tellsTexts;

    /// <summary>Those about what is left unevaluated stand last, because they look at all others.</summary>
    public Keyword[] Keywords { get; private set; } = [];

    /// <summary>The schemas that speak of the very same value.</summary>
    public IEnumerable<SchemaNode> InPlace => Keywords.SelectMany(keyword => keyword.InPlace);

    /// <summary>False where no object can pass, as far as can be told without looking at values.</summary>
    public bool AllowsObjects => Keywords.All(keyword => keyword.AllowsObjects);

    /// <summary>Whether nothing passes because the schema is <c>false</c>.</summary>
    public bool IsNothing => Keywords is [NothingKeyword];

    /// <summary>All rules that a value which fits must keep, those behind <c>allOf</c> and <c>$ref</c> included.</summary>
    public IReadOnlyList<Keyword> Conjuncts => field ??= [.. Keywords.SelectMany(keyword => keyword switch
    {
        AllOfKeyword all => all.Branches.SelectMany(branch => branch.Conjuncts),
        ReferenceKeyword reference => reference.Target.Conjuncts,
        _ => [keyword],
    }).Distinct(ReferenceEqualityComparer.Instance).Cast<Keyword>()];

    /// <summary>The types that a value which fits can have; more than there are where it cannot be told.</summary>
    public SchemaTypes Types => _types ??= Conjuncts.Aggregate(SchemaTypes.All, (types, keyword) => types & keyword.Types);

    /// <summary>The members that an object which fits must have.</summary>
    public IReadOnlySet<string> Required => field ??= Conjuncts.OfType<RequiredKeyword>().SelectMany(keyword => keyword.Names).ToHashSet(StringComparer.Ordinal);

    /// <summary>The members whose values are listed, each with its list.</summary>
    public IReadOnlyDictionary<string, ValueKeyword> Listed => field ??= Conjuncts.OfType<PropertiesKeyword>().SelectMany(group => group.Named)
        .Select(named => (named.Name, List: named.Node.Conjuncts.OfType<ValueKeyword>().FirstOrDefault())).Where(named => named.List is not null)
        .DistinctBy(named => named.Name).ToDictionary(named => named.Name, named => named.List!, StringComparer.Ordinal);

    /// <summary>Whether a value fits; null where it takes too much work to tell.</summary>
    public bool? Fits(JsonElement value, Work work)
    {
        var evaluation = new Evaluation(work);
        var instance = new Instance(value, work);
        var fits = evaluation.Try(this, ref instance, null);
        return evaluation.IsTooComplex ? null : fits;
    }

    /// <summary>Gives the node its keywords, once they are read: a schema may refer to itself.</summary>
    public void Complete(IEnumerable<Keyword> keywords)
    {
        Keywords = [.. keywords.OrderBy(keyword => keyword is UnevaluatedKeyword)];
        _isUnevaluatedAskedFor = Keywords.Any(keyword => keyword is UnevaluatedKeyword);
    }

    /// <summary>Whether a value fits.</summary>
    /// <param name="evaluated">Where to note which members and elements were looked at; null where nobody asks.</param>
    public bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = evaluation.Enter();
        if (valid)
        {
            var here = evaluated is not null || _isUnevaluatedAskedFor ? new Evaluated() : null;
            valid = AreKept(ref instance, evaluation, here);
            if (valid)
            {
                evaluated?.Add(here!, evaluation.Work); // a schema that fails has looked at nothing (JSON Schema Core §7.7.1)
            }
        }

        evaluation.Leave();
        return valid;
    }

    /// <summary>Whether all rules are kept. Where faults are collected, all are asked.</summary>
    private bool AreKept(ref Instance instance, Evaluation evaluation, Evaluated? here)
    {
        var valid = true;
        foreach (var keyword in Keywords)
        {
            valid &= keyword.Validate(ref instance, evaluation, here);
            if (!valid && (!evaluation.Collects || evaluation.IsOver))
            {
                break;
            }
        }

        return valid;
    }
}

/// <summary>One rule of a schema, with the values that it was given.</summary>
/// <param name="Place">Where it stands in the schema.</param>
internal abstract record Keyword(SchemaPlace Place)
{
    /// <summary>False where the rule alone keeps out every object.</summary>
    public virtual bool AllowsObjects => true;

    /// <summary>The types that a value which keeps the rule can have.</summary>
    public virtual SchemaTypes Types => SchemaTypes.All;

    /// <summary>The rule as text, its subschemas left out: two rules with the same text and subschemas mean the same.</summary>
    public string Shape => field ??= WriteShape();

    /// <summary>Its subschemas, in an order that <see cref="Shape"/> determines.</summary>
    public virtual IReadOnlyList<SchemaNode> Children => [];

    /// <summary>Those of its subschemas that speak of the very same value.</summary>
    public virtual IReadOnlyList<SchemaNode> InPlace => [];

    /// <summary>Writes <see cref="Shape"/>.</summary>
    protected abstract string WriteShape();

    /// <summary>Whether the rule holds. Where faults are collected, each is told to the evaluation.</summary>
    public abstract bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated);
}

/// <summary>The schema <c>false</c> (JSON Schema Core §4.3.2).</summary>
internal sealed record NothingKeyword(SchemaPlace Place) : Keyword(Place)
{
    public override bool AllowsObjects => false;

    public override SchemaTypes Types => SchemaTypes.None;

    protected override string WriteShape() => "false";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) =>
        evaluation.Fault(this, "notAllowed", "Nothing may stand here.");
}
