using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A version of JSON Schema: its keywords, and how each is read. A keyword that does not stand here is refused.</summary>
internal sealed class Dialect
{
    private const string Draft7Address = "http://json-schema.org/draft-07/schema";
    private const string Draft202012Address = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>The standard's way of saying what other schema languages say.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["nullable"] = """Say it by the type: "type": ["string", "null"].""",
        ["discriminator"] = "Say it by oneOf, with a const for the member that tells the branches apart.",
        ["$dynamicRef"] = "Use $ref.",
        ["$dynamicAnchor"] = "Use $anchor.",
        ["$recursiveRef"] = "Use $ref.",
        ["$recursiveAnchor"] = "Use $ref.",
        ["$vocabulary"] = "All keywords of the standard are enforced here.",
        ["dependencies"] = "In 2020-12 it is dependentRequired or dependentSchemas.",
        ["additionalItems"] = "In 2020-12 it is items, beside prefixItems.",
        ["prefixItems"] = "In draft-07 it is items, as an array.",
        ["dependentRequired"] = "In draft-07 it is dependencies.",
        ["dependentSchemas"] = "In draft-07 it is dependencies.",
        ["unevaluatedProperties"] = "It belongs to 2020-12; leave $schema out.",
        ["unevaluatedItems"] = "It belongs to 2020-12; leave $schema out.",
        ["minContains"] = "It belongs to 2020-12; leave $schema out.",
        ["maxContains"] = "It belongs to 2020-12; leave $schema out.",
        ["$defs"] = "In draft-07 it is definitions.",
        ["$anchor"] = "It belongs to 2020-12; in draft-07 use a pointer.",
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

    public static readonly Dialect Draft7 = new(true, new(Common)
    {
        ["items"] = One(ItemsKeyword.ReadDraft7),
        ["additionalItems"] = Annotation, // read with items
        ["contains"] = One(ContainsKeyword.ReadDraft7),
        ["dependencies"] = DependentSchemaKeyword.ReadDependencies,
    });

    public static readonly Dialect Draft202012 = new(false, new(Common)
    {
        ["prefixItems"] = One(ItemsKeyword.Read),
        ["items"] = One(ItemsKeyword.Read),
        ["contains"] = One(ContainsKeyword.Read),
        ["minContains"] = One(ContainsKeyword.ReadBound),
        ["maxContains"] = One(ContainsKeyword.ReadBound),
        ["dependentRequired"] = DependentRequiredKeyword.Read,
        ["dependentSchemas"] = DependentSchemaKeyword.Read,
        ["unevaluatedProperties"] = One(UnevaluatedPropertiesKeyword.Read),
        ["unevaluatedItems"] = One(UnevaluatedItemsKeyword.Read),
        ["contentSchema"] = Annotation,
        ["$defs"] = Definitions,
        ["$anchor"] = Anchor,
    });

    private Dialect(bool referenceStandsAlone, Dictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> keywords) =>
        (ReferenceStandsAlone, Keywords) = (referenceStandsAlone, keywords);

    /// <summary>Whether the neighbours of a <c>$ref</c> mean nothing.</summary>
    public bool ReferenceStandsAlone { get; }

    public IReadOnlyDictionary<string, Func<SchemaReader, SchemaMember, IEnumerable<Keyword>>> Keywords { get; }

    /// <summary>The dialect that a schema names by its <c>$schema</c>.</summary>
    /// <returns>Null where it names another one.</returns>
    public static Dialect? Of(JsonElement schema, Dialect standard)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$schema", out var named))
        {
            return standard;
        }

        return named.ValueKind != JsonValueKind.String ? null : named.GetString()!.TrimEnd('#') switch
        {
            Draft202012Address => Draft202012,
            Draft7Address or "https://json-schema.org/draft-07/schema" => Draft7,
            _ => null,
        };
    }

    /// <summary>What to say to someone who names no dialect of ours.</summary>
    public static string Addresses => $"$schema is {Draft202012Address} or {Draft7Address}#.";

    /// <summary>What to say to someone who uses a keyword that is not known.</summary>
    public string Advice(string keyword) => Elsewhere.TryGetValue(keyword, out var advice)
        ? $"The keyword is not supported here, and none is ignored. {advice}"
        : $"The keyword is not supported here, and none is ignored.{SchemaReader.Hint(keyword, Keywords.Keys)} Annotations of your own begin with x-.";

    private static Func<SchemaReader, SchemaMember, IEnumerable<Keyword>> One(Func<SchemaReader, SchemaMember, Keyword?> read) =>
        (reader, member) => read(reader, member) is { } keyword ? [keyword] : [];

    private static IEnumerable<Keyword> Annotation(SchemaReader reader, SchemaMember member) => [];

    /// <summary>Schemas to refer to. They are read, so that a fault in one that nobody uses is found too.</summary>
    private static IEnumerable<Keyword> Definitions(SchemaReader reader, SchemaMember member)
    {
        reader.ReadMap(member);
        return [];
    }

    private static IEnumerable<Keyword> Anchor(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.String)
        {
            reader.AddAnchor(member.Value.GetString()!, member.Place.Parent!);
        }
        else
        {
            reader.Fault(member.Place, "malformed", "An anchor is a name.");
        }

        return [];
    }

    /// <summary>Below the root it would begin another document, or another dialect.</summary>
    private static IEnumerable<Keyword> OnlyAtTheRoot(SchemaReader reader, SchemaMember member)
    {
        if (!member.Place.Parent!.IsRoot || member.Value.ValueKind != JsonValueKind.String)
        {
            reader.Fault(member.Place, "notSupported", $"{member.Name} stands at the root of the schema only, and is a string.");
        }

        return [];
    }
}
