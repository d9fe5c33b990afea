using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>prefixItems</c> and <c>items</c> (JSON Schema Core §10.3.1) as one rule: <c>items</c> applies to the elements after the prefix.
/// In draft-07 the two are <c>items</c> as an array and <c>additionalItems</c>. Values other than arrays pass.
/// </summary>
/// <param name="Rest">The schema of the elements after the prefix; null accepts any element.</param>
internal sealed record ItemsKeyword(SchemaPlace Place, SchemaNode[] Prefix, SchemaNode? Rest) : Keyword(Place)
{
    protected override string WriteShape() => $"items {Prefix.Length} {Rest is not null}";

    public override IReadOnlyList<SchemaNode> Children => Rest is null ? Prefix : [.. Prefix, Rest];

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        if (instance.Kind != JsonValueKind.Array)
        {
            return true;
        }

        var (valid, index) = (true, 0);
        foreach (var element in instance.Json.EnumerateArray())
        {
            if ((index < Prefix.Length ? Prefix[index] : Rest) is not { } node)
            {
                break;
            }

            evaluated?.Add(index);
            valid &= evaluation.Element(element, index, node);
            if (!valid && (!evaluation.Collects || evaluation.IsOver))
            {
                return false;
            }

            index++;
        }

        return valid;
    }

    /// <summary>Reads the form of 2020-12. If both keywords are present, <c>prefixItems</c> reads both.</summary>
    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var prefix = member.Sibling("prefixItems");
        if (member.Name == "items" && prefix is not null)
        {
            return null;
        }

        if (member.Name == "items" && member.Value.ValueKind == JsonValueKind.Array)
        {
            reader.Fault(member.Place, "malformed", "items is one schema; in 2020-12 the schemas of single elements are in prefixItems.");
            return null;
        }

        return new ItemsKeyword(member.Place, prefix is { } schemas ? [.. reader.ReadList(schemas)] : [],
            member.Sibling("items") is { } rest ? reader.Read(rest.Value, rest.Place) : null);
    }

    /// <summary>Reads the form before 2020-12: <c>additionalItems</c> applies only beside an array (draft-07 Validation §6.4.2).</summary>
    public static Keyword? ReadBefore202012(SchemaReader reader, SchemaMember member)
    {
        var rest = member.Sibling("additionalItems") is { } additional
            ? reader.Read(additional.Value, additional.Place, mayBeBoolean: true)
            : null;
        return member.Value.ValueKind == JsonValueKind.Array
            ? new ItemsKeyword(member.Place, [.. reader.ReadList(member)], rest)
            : new ItemsKeyword(member.Place, [], reader.Read(member.Value, member.Place));
    }
}

/// <summary>
/// <c>contains</c>, <c>minContains</c>, <c>maxContains</c> (JSON Schema Core §10.3.1.3, Validation §6.4.4, §6.4.5). Values other than
/// arrays pass.
/// </summary>
/// <param name="Max">Null for no limit.</param>
/// <param name="Written">Both bounds as the schema writes them.</param>
/// <param name="Evaluates">Whether matching elements count as evaluated, as in 2020-12.</param>
internal sealed record ContainsKeyword(SchemaPlace Place, SchemaNode Node, JsonNumber Min, JsonNumber? Max,
    (string Min, string Max) Written, bool Evaluates) : Keyword(Place)
{
    protected override string WriteShape() => $"contains {Min} {Max} {Evaluates}";

    public override IReadOnlyList<SchemaNode> Children => [Node];

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        if (instance.Kind != JsonValueKind.Array)
        {
            return true;
        }

        var (count, index) = (0, 0);
        foreach (var element in instance.Json.EnumerateArray())
        {
            var item = new Instance(element, evaluation.Work);
            if (evaluation.Try(Node, ref item, null))
            {
                count++;
                if (Evaluates)
                {
                    evaluated?.Add(index);
                }
            }

            if (evaluation.IsOver)
            {
                return false;
            }

            index++;
        }

        var found = JsonNumber.Of(count);
        return found < Min
            ? evaluation.Fault(this, "tooFew", $"Expected at least {Written.Min} elements that fit this schema, found {count}.")
            : !(found > Max)
                || evaluation.Fault(this, "tooMany", $"Expected at most {Written.Max} elements that fit this schema, found {count}.");
    }

    public static Keyword Read(SchemaReader reader, SchemaMember member, bool evaluates)
    {
        var (min, max) = (member.Sibling("minContains"), member.Sibling("maxContains"));
        return new ContainsKeyword(member.Place, reader.Read(member.Value, member.Place),
            (min is { } lower ? reader.ReadCount(lower) : null) ?? JsonNumber.Of(1), max is { } upper ? reader.ReadCount(upper) : null,
            (min?.Value.GetRawText() ?? "1", max?.Value.GetRawText() ?? ""), evaluates);
    }

    public static Keyword ReadDraft7(SchemaReader reader, SchemaMember member) =>
        new ContainsKeyword(member.Place, reader.Read(member.Value, member.Place), JsonNumber.Of(1), null, ("1", ""), Evaluates: false);

    /// <summary><c>contains</c> reads its bounds. Without <c>contains</c> a bound has no effect, but it must be well-formed.</summary>
    public static Keyword? ReadBound(SchemaReader reader, SchemaMember member)
    {
        if (member.Sibling("contains") is null)
        {
            reader.ReadCount(member);
        }

        return null;
    }
}

/// <summary><c>uniqueItems</c> (JSON Schema Validation §6.4.3): all elements are distinct JSON values. Other values pass.</summary>
internal sealed record UniqueItemsKeyword(SchemaPlace Place) : Keyword(Place)
{
    protected override string WriteShape() => "uniqueItems";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        if (instance.Kind != JsonValueKind.Array || instance.Json.GetArrayLength() < 2)
        {
            return true;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in instance.Json.EnumerateArray())
        {
            if (!seen.Add(new Instance(element, evaluation.Work).Canonical) || evaluation.IsOver)
            {
                return evaluation.Fault(this, "notUnique", "Expected distinct elements; two are equal.");
            }
        }

        return true;
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            reader.Fault(member.Place, "malformed", "uniqueItems is true or false.");
        }

        return member.Value.ValueKind == JsonValueKind.True ? new UniqueItemsKeyword(member.Place) : null;
    }
}
