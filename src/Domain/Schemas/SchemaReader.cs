using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A member of a schema object: a keyword and its value.</summary>
internal readonly record struct SchemaMember(JsonElement Owner, string Name, JsonElement Value, string Pointer)
{
    /// <summary>Another keyword of the same schema object.</summary>
    public SchemaMember? Sibling(string name) => Owner.TryGetProperty(name, out var value)
        ? new SchemaMember(Owner, name, value, Pointer[..Pointer.LastIndexOf('/')] + "/" + name)
        : null;
}

/// <summary>Compiles schemas, and finds everything that keeps one from being used.</summary>
internal sealed class SchemaReader
{
    /// <summary>The member of the request that holds the schema.</summary>
    public const string Root = "/payloadSchema";

    private const int MaxNodes = 1_000;

    /// <summary>Every keyword there is. One that does not stand here is refused.</summary>
    private static readonly Dictionary<string, Func<SchemaReader, SchemaMember, Keyword?>> Keywords = new()
    {
        ["type"] = TypeKeyword.Read,
        ["enum"] = ValueKeyword.ReadEnum,
        ["const"] = (_, member) => new ValueKeyword(member.Pointer, [member.Value]),
        ["minimum"] = NumericKeyword.Read,
        ["maximum"] = NumericKeyword.Read,
        ["exclusiveMinimum"] = NumericKeyword.Read,
        ["exclusiveMaximum"] = NumericKeyword.Read,
        ["multipleOf"] = NumericKeyword.Read,
        ["minLength"] = SizeKeyword.Read,
        ["maxLength"] = SizeKeyword.Read,
        ["minItems"] = SizeKeyword.Read,
        ["maxItems"] = SizeKeyword.Read,
        ["minProperties"] = SizeKeyword.Read,
        ["maxProperties"] = SizeKeyword.Read,
        ["pattern"] = PatternKeyword.Read,
        ["properties"] = PropertiesKeyword.Read,
        ["additionalProperties"] = PropertiesKeyword.ReadAdditional,
        ["required"] = RequiredKeyword.Read,
        ["items"] = ItemsKeyword.Read,
        ["$schema"] = ReadDialect,
        ["$comment"] = Annotation,
        ["title"] = Annotation,
        ["description"] = Annotation,
        ["default"] = Annotation,
        ["examples"] = Annotation,
        ["example"] = Annotation,
        ["deprecated"] = Annotation,
        ["readOnly"] = Annotation,
        ["writeOnly"] = Annotation,
    };

    private static readonly string[] Dialects =
        ["https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema"];

    private readonly List<FieldViolation> _faults = [];
    private int _nodes;

    public IReadOnlyList<FieldViolation> Faults => _faults;

    public void Fault(string pointer, string code, string message) => _faults.Add(new FieldViolation(Root + pointer, code, message));

    public SchemaNode Read(JsonElement schema, string pointer)
    {
        if (++_nodes == MaxNodes + 1)
        {
            Fault(pointer, "tooLarge", $"A schema may have {MaxNodes} subschemas.");
        }

        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                return new SchemaNode([]);
            case JsonValueKind.False:
                return new SchemaNode([new NothingKeyword(pointer)]);
            case JsonValueKind.Object:
                return new SchemaNode([.. schema.EnumerateObject().Select(member => ReadKeyword(schema, member, pointer)).OfType<Keyword>()]);
            default:
                Fault(pointer, "malformed", $"A schema is an object, true or false, not {JsonKinds.Describe(schema.ValueKind)}.");
                return new SchemaNode([]);
        }
    }

    /// <summary>Reads an object whose members are schemas.</summary>
    public Dictionary<string, SchemaNode> ReadAll(SchemaMember member) => member.Value.EnumerateObject()
        .ToDictionary(child => child.Name, child => Read(child.Value, $"{member.Pointer}/{JsonPointer.Escape(child.Name)}"));

    /// <summary>Asks whether a word that stands nearby was meant; empty where none does.</summary>
    public static string Hint(string? word, IEnumerable<string> known)
    {
        var nearest = word is null ? null : known.MinBy(candidate => Distance(word, candidate));
        return nearest is not null && Distance(word!, nearest) <= 2 ? $" Did you mean `{nearest}`?" : "";
    }

    private Keyword? ReadKeyword(JsonElement owner, JsonProperty member, string pointer)
    {
        var name = member.Name;
        var place = $"{pointer}/{JsonPointer.Escape(name)}";
        if (Keywords.TryGetValue(name, out var read))
        {
            return read(this, new SchemaMember(owner, name, member.Value, place));
        }

        if (!name.StartsWith("x-", StringComparison.Ordinal))
        {
            Fault(place, "unknownKeyword", $"The keyword is not supported here, and none is ignored.{Hint(name, Keywords.Keys)} Annotations of your own begin with x-.");
        }

        return null;
    }

    private static Keyword? Annotation(SchemaReader reader, SchemaMember member) => null;

    private static Keyword? ReadDialect(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind != JsonValueKind.String || !Dialects.Contains(member.Value.GetString()!.TrimEnd('#')))
        {
            reader.Fault(member.Pointer, "malformed", $"$schema is {Dialects[0]} or {Dialects[1]}#.");
        }

        return null;
    }

    /// <summary>How many letters must be changed, added or dropped (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var cost = one[i - 1] == other[j - 1] ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[other.Length];
    }
}
