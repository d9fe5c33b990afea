using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A version of JSON Schema: its keywords, and how each is read. All other keywords are refused.</summary>
internal sealed class Dialect
{
    /// <summary>Advice for keywords of other dialects and of other schema languages.</summary>
    private static readonly Dictionary<string, string> Replacements = new()
    {
        ["nullable"] = """Use the type: "type": ["string", "null"].""",
        ["discriminator"] = "Use oneOf, with a const for the member that distinguishes the branches.",
        ["$dynamicRef"] = "Use $ref.",
        ["$dynamicAnchor"] = "Use $anchor.",
        ["$recursiveRef"] = "Use $ref.",
        ["$recursiveAnchor"] = "Use $ref.",
        ["$vocabulary"] = "All keywords of the standard are enforced here.",
        ["dependencies"] = "Since 2019-09 it is dependentRequired or dependentSchemas.",
        ["additionalItems"] = "In 2020-12 it is items, beside prefixItems.",
        ["prefixItems"] = "Before 2020-12 it is items, as an array.",
        ["dependentRequired"] = "Before 2019-09 it is dependencies.",
        ["dependentSchemas"] = "Before 2019-09 it is dependencies.",
        ["unevaluatedProperties"] = "It belongs to 2019-09 and 2020-12; leave $schema out.",
        ["unevaluatedItems"] = "It belongs to 2019-09 and 2020-12; leave $schema out.",
        ["minContains"] = "It belongs to 2019-09 and 2020-12; leave $schema out.",
        ["maxContains"] = "It belongs to 2019-09 and 2020-12; leave $schema out.",
        ["$anchor"] = "It belongs to 2019-09 and 2020-12; before, use a pointer.",
        ["const"] = "In draft-04 it is an enum of one value.",
        ["contains"] = "Draft-04 does not have it; name a later draft in $schema.",
        ["propertyNames"] = "Draft-04 does not have it; name a later draft in $schema.",
        ["$id"] = "In draft-04 it is id.",
        ["id"] = "Since draft-06 it is $id.",
    };

    private static readonly Dictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> Common = new()
    {
        ["type"] = One(TypeKeyword.Read),
        ["enum"] = One(ValueKeyword.ReadEnum),
        ["const"] = One((_, member) => ValueKeyword.ReadConst(member)),
        ["minimum"] = One(NumericKeyword.Read),
        ["maximum"] = One(NumericKeyword.Read),
        ["exclusiveMinimum"] = One(NumericKeyword.Read),
        ["exclusiveMaximum"] = One(NumericKeyword.Read),
        ["multipleOf"] = One(NumericKeyword.Read),
        ["minLength"] = One(SizeKeyword.Read),
        ["maxLength"] = One(SizeKeyword.Read),
        ["minItems"] = One(SizeKeyword.Read),
        ["maxItems"] = One(SizeKeyword.Read),
        ["minProperties"] = One(SizeKeyword.Read),
        ["maxProperties"] = One(SizeKeyword.Read),
        ["pattern"] = One(PatternKeyword.Read),
        ["format"] = One(FormatKeyword.Read),
        ["properties"] = One(PropertiesKeyword.Read),
        ["patternProperties"] = One(PropertiesKeyword.Read),
        ["additionalProperties"] = One(PropertiesKeyword.Read),
        ["propertyNames"] = One(PropertyNamesKeyword.Read),
        ["required"] = One(RequiredKeyword.Read),
        ["uniqueItems"] = One(UniqueItemsKeyword.Read),
        ["allOf"] = One(AllOfKeyword.Read),
        ["anyOf"] = One(AnyOfKeyword.Read),
        ["oneOf"] = One(OneOfKeyword.Read),
        ["not"] = One(NotKeyword.Read),
        ["if"] = One(ConditionalKeyword.Read),
        ["then"] = One(ConditionalKeyword.ReadBranch),
        ["else"] = One(ConditionalKeyword.ReadBranch),
        ["$ref"] = One(ReferenceKeyword.Read),
        ["definitions"] = Definitions,
        ["$defs"] = Definitions,
        ["$id"] = OnlyAtTheRoot,
        ["$schema"] = OnlyAtTheRoot,
        ["$comment"] = Annotation,
        ["title"] = Annotation,
        ["description"] = Annotation,
        ["default"] = Annotation,
        ["examples"] = Annotation,
        ["example"] = Annotation,
        ["deprecated"] = Annotation,
        ["readOnly"] = Annotation,
        ["writeOnly"] = Annotation,
        ["contentEncoding"] = Annotation,
        ["contentMediaType"] = Annotation,
    };

    private static readonly Dictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> OfDraft7 = new(Common)
    {
        ["items"] = One(ItemsKeyword.ReadBefore202012),
        ["additionalItems"] = Annotation, // read with items
        ["contains"] = One(ContainsKeyword.ReadDraft7),
        ["dependencies"] = DependentSchemaKeyword.ReadDependencies,
    };

    private static readonly Dictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> OfDraft6 = new(OfDraft7)
    {
        ["if"] = Annotation,
        ["then"] = Annotation,
        ["else"] = Annotation,
    };

    private static readonly Dictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> Of202012 = new(Common)
    {
        ["prefixItems"] = One(ItemsKeyword.Read),
        ["items"] = One(ItemsKeyword.Read),
        ["contains"] = One((reader, member) => ContainsKeyword.Read(reader, member, evaluates: true)),
        ["minContains"] = One(ContainsKeyword.ReadBound),
        ["maxContains"] = One(ContainsKeyword.ReadBound),
        ["dependentRequired"] = DependentRequiredKeyword.Read,
        ["dependentSchemas"] = DependentSchemaKeyword.Read,
        ["unevaluatedProperties"] = One(UnevaluatedPropertiesKeyword.Read),
        ["unevaluatedItems"] = One(UnevaluatedItemsKeyword.Read),
        ["contentSchema"] = Annotation,
        ["$anchor"] = Anchor,
    };

    public static readonly Dialect Draft4 = new(Without(new(OfDraft6)
    {
        ["minimum"] = One(NumericKeyword.ReadDraft4),
        ["maximum"] = One(NumericKeyword.ReadDraft4),
        ["exclusiveMinimum"] = One(NumericKeyword.ReadExclusiveFlag),
        ["exclusiveMaximum"] = One(NumericKeyword.ReadExclusiveFlag),
        ["id"] = OnlyAtTheRoot,
    }, "$id", "const", "contains", "propertyNames"))
    { IgnoresReferenceSiblings = true, IsDraft4 = true };

    public static readonly Dialect Draft6 = new(OfDraft6) { IgnoresReferenceSiblings = true };

    public static readonly Dialect Draft7 = new(OfDraft7) { IgnoresReferenceSiblings = true };

    public static readonly Dialect Draft201909 = new(Without(new(Of202012)
    {
        ["items"] = One(ItemsKeyword.ReadBefore202012),
        ["additionalItems"] = Annotation, // read with items
        ["contains"] = One((reader, member) => ContainsKeyword.Read(reader, member, evaluates: false)),
    }, "prefixItems"));

    public static readonly Dialect Draft202012 = new(Of202012);

    /// <summary>By the address in <c>$schema</c>, without the scheme and the empty fragment.</summary>
    private static readonly Dictionary<string, Dialect> ByAddress = new()
    {
        ["json-schema.org/draft-04/schema"] = Draft4,
        ["json-schema.org/draft-06/schema"] = Draft6,
        ["json-schema.org/draft-07/schema"] = Draft7,
        ["json-schema.org/draft/2019-09/schema"] = Draft201909,
        ["json-schema.org/draft/2020-12/schema"] = Draft202012,
    };

    private Dialect(Dictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> keywords) => Keywords = keywords;

    /// <summary>Whether the siblings of a <c>$ref</c> are ignored.</summary>
    public bool IgnoresReferenceSiblings { get; private init; }

    /// <summary>
    /// Draft-04: only a number without fraction and exponent is an integer, and <c>true</c> and <c>false</c> are schemas only in
    /// <c>additionalProperties</c> and <c>additionalItems</c>.
    /// </summary>
    public bool IsDraft4 { get; private init; }

    /// <summary>The keyword with the id of a schema.</summary>
    public string IdKeyword => IsDraft4 ? "id" : "$id";

    public IReadOnlyDictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> Keywords { get; }

    /// <summary>Finds the dialect by <c>$schema</c>. The scheme is http or https, and an empty fragment is allowed.</summary>
    /// <param name="standard">The dialect of a schema without <c>$schema</c>.</param>
    /// <returns>Null if the dialect is unknown.</returns>
    public static Dialect? Of(JsonElement schema, Dialect standard)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$schema", out var named))
        {
            return standard;
        }

        var address = named.ValueKind == JsonValueKind.String ? named.GetString()! : "";
        var from = address.StartsWith("https://", StringComparison.Ordinal) ? "https://".Length
            : address.StartsWith("http://", StringComparison.Ordinal) ? "http://".Length
            : 0;
        var to = address.EndsWith('#') ? address.Length - 1 : address.Length;
        return from == 0 ? null : ByAddress.GetValueOrDefault(address[from..to]);
    }

    /// <summary>The error message for an unknown dialect.</summary>
    public static string Addresses =>
        $"$schema is one of {string.Join(", ", ByAddress.Keys.Select(address => $"http://{address}#"))}; https and no # do as well.";

    /// <summary>The error message for an unknown keyword.</summary>
    public string Advice(string keyword) => "The keyword is not supported here, and none is ignored."
        + (Replacements.TryGetValue(keyword, out var advice)
            ? $" {advice}"
            : $"{SpellingHint.For(keyword, Keywords.Keys)} Annotations of your own begin with x-.");

    private static Func<SchemaReader, SchemaMember, IEnumerable<Keyword>> One(Func<SchemaReader, SchemaMember, Keyword?> read) =>
        (reader, member) => read(reader, member) is { } keyword ? [keyword] : [];

    private static Dictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> Without(
        Dictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> keywords, params IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            keywords.Remove(name);
        }

        return keywords;
    }

    private static IEnumerable<Keyword> Annotation(SchemaReader reader, SchemaMember member) => [];

    /// <summary>Reads the definitions, so that faults in unused ones are reported, too.</summary>
    private static IEnumerable<Keyword> Definitions(SchemaReader reader, SchemaMember member)
    {
        reader.ReadMap(member);
        return [];
    }

    private static IEnumerable<Keyword> Anchor(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.String)
        {
            reader.References.AddAnchor(member.Value.GetString()!, member.Place.Parent!);
        }
        else
        {
            reader.Fault(member.Place, "malformed", "An anchor is a name.");
        }

        return [];
    }

    /// <summary>Below the root the keyword would begin another document or dialect.</summary>
    private static IEnumerable<Keyword> OnlyAtTheRoot(SchemaReader reader, SchemaMember member)
    {
        if (!member.Place.Parent!.IsRoot || member.Value.ValueKind != JsonValueKind.String)
        {
            reader.Fault(member.Place, "notSupported", $"{member.Name} stands at the root of the schema only, and is a string.");
        }

        return [];
    }
}
