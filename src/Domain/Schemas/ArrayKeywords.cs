using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>prefixItems</c> and <c>items</c> (JSON Schema Core §10.3.1), which speak together: an element that has no schema of
/// its own falls to the second. In draft-07 the two are <c>items</c> as an array and <c>additionalItems</c>. Values that are
/// no array pass.
/// </summary>
/// <param name="Rest">For the elements after the prefix; null lets them pass.</param>
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

    /// <summary>2020-12: read with whichever of the two stands first.</summary>
    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var prefix = member.Sibling("prefixItems");
        if (member.Name == "items" && prefix is not null)
        {
            return null;
        }

        if (member.Name == "items" && member.Value.ValueKind == JsonValueKind.Array)
        {
            reader.Fault(member.Place, "malformed", "items is one schema; in 2020-12 a schema for each place stands in prefixItems.");
            return null;
        }

        return new ItemsKeyword(member.Place, prefix is { } places ? [.. reader.ReadList(places)] : [],
            member.Sibling("items") is { } rest ? reader.Read(rest.Value, rest.Place) : null);
    }

    /// <summary>Before 2020-12: <c>additionalItems</c> means something only beside an array (draft-07 Validation §6.4.2).</summary>
    public static Keyword? ReadPlaces(SchemaReader reader, SchemaMember member)
    {
        var rest = member.Sibling("additionalItems") is { } additional ? reader.Read(additional.Value, additional.Place, mayBeBoolean: true) : null;
        return member.Value.ValueKind == JsonValueKind.Array
            ? new ItemsKeyword(member.Place, [.. reader.ReadList(member)], rest)
            : new ItemsKeyword(member.Place, [], reader.Read(member.Value, member.Place));
    }
}

/// <summary><c>contains</c>, <c>minContains</c>, <c>maxContains</c> (JSON Schema Core §10.3.1.3, Validation §6.4.4, §6.4.5). Values that are no array pass.</summary>
/// <param name="Max">Null for any number.</param>
/// <param name="Written">The two bounds as the schema writes them.</param>
/// <param name="Notes">Whether elements that fit count as evaluated: in 2020-12.</param>
internal sealed record ContainsKeyword(SchemaPlace Place, SchemaNode Node, JsonNumber Min, JsonNumber? Max, (string Min, string Max) Written, bool Notes) : Keyword(Place)
{
    protected override string WriteShape() => $"contains {Min} {Max} {Notes}";

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
                if (Notes)
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
        return found < Min ? evaluation.Fault(this, "tooFew", $"Expected at least {Written.Min} elements that fit this schema, found {count}.")
            : !(found > Max) || evaluation.Fault(this, "tooMany", $"Expected at most {Written.Max} elements that fit this schema, found {count}.");
    }

    /// <param name="notes">As <see cref="Notes"/>.</param>
    public static Keyword Read(SchemaReader reader, SchemaMember member, bool notes)
    {
        var (min, max) = (member.Sibling("minContains"), member.Sibling("maxContains"));
        return new ContainsKeyword(member.Place, reader.Read(member.Value, member.Place), (min is { } least ? reader.ReadCount(least) : null) ?? JsonNumber.Of(1),
            max is { } most ? reader.ReadCount(most) : null, (min?.Value.GetRawText() ?? "1", max?.Value.GetRawText() ?? ""), notes);
    }

    public static Keyword ReadDraft7(SchemaReader reader, SchemaMember member) =>
        new ContainsKeyword(member.Place, reader.Read(member.Value, member.Place), JsonNumber.Of(1), null, ("1", ""), Notes: false);

    /// <summary>Read there; alone it means nothing, but must be well-formed.</summary>
    public static Keyword? ReadBound(SchemaReader reader, SchemaMember member)
    {
        if (member.Sibling("contains") is null)
        {
            reader.ReadCount(member);
        }

        return null;
    }
}

/// <summary><c>uniqueItems</c> (JSON Schema Validation §6.4.3): no two elements are the same JSON value. Values that are no array pass.</summary>
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
                return evaluation.Fault(this, "notUnique", "Expected elements that all differ; two are the same.");
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
