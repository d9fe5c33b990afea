using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>Compiles a schema and reports its faults.</summary>
internal sealed class SchemaReader
{
    private const int MaxNodes = 1_000;

    private readonly JsonElement _root;
    private readonly string _place;
    private readonly List<FieldViolation> _faults = [];
    private readonly Dictionary<(SchemaPlace, string), SchemaPlace> _places = [];
    private readonly Dictionary<SchemaPlace, SchemaNode> _nodes = [];

    /// <param name="place">RFC 6901 pointer to the schema in the request.</param>
    /// <param name="isStored">Whether an earlier version accepted the schema. Its rules for patterns were less strict.</param>
    public SchemaReader(JsonElement root, Dialect dialect, string place, bool isStored)
    {
        (_root, _place, Dialect) = (root, place, dialect);
        (Patterns, References) = (new SchemaPatterns(this, isStored), new SchemaReferences(this, root, Dialect.IdKeyword));
    }

    public IReadOnlyList<FieldViolation> Faults => _faults;

    public Dialect Dialect { get; }

    public SchemaPatterns Patterns { get; }

    public SchemaReferences References { get; }

    /// <summary>The place of the whole schema.</summary>
    public SchemaPlace Top { get; } = new(null, "");

    /// <summary>An estimate of the memory of the compiled schema in bytes.</summary>
    public long Weight => (400L * _nodes.Count) + (200L * _places.Count) + Patterns.Weight;

    /// <summary>The place of a member.</summary>
    public SchemaPlace Below(SchemaPlace place, string name)
    {
        ref var below = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, (place, name), out _);
        return below ??= new SchemaPlace(place, name);
    }

    /// <summary>The place of an element.</summary>
    public SchemaPlace Below(SchemaPlace place, int index) => Below(place, index.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reports a fault. Faults beyond <see cref="Error.MaxViolations"/> are dropped.</summary>
    public void Fault(SchemaPlace at, string code, string message)
    {
        if (_faults.Count < Error.MaxViolations)
        {
            _faults.Add(new FieldViolation(_place + at, code, message));
        }
    }

    /// <summary>Compiles the whole schema.</summary>
    public SchemaNode Read()
    {
        var node = Read(_root, Top);
        References.Resolve();
        if (_faults.Count == 0)
        {
            References.FindEndless(_nodes.Values);
        }

        return node;
    }

    /// <summary>Compiles a subschema. Each place is compiled once.</summary>
    /// <param name="mayBeBoolean">Whether <c>true</c> and <c>false</c> are allowed in draft-04, too.</param>
    public SchemaNode Read(JsonElement schema, SchemaPlace at, bool mayBeBoolean = false)
    {
        if (_nodes.TryGetValue(at, out var known))
        {
            return known;
        }

        var node = _nodes[at] = new SchemaNode(at, Dialect.IsDraft4);
        if (_nodes.Count == MaxNodes + 1)
        {
            Fault(at, "tooLarge", $"A schema may have {MaxNodes} subschemas.");
        }

        switch (schema.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False when Dialect.IsDraft4 && !mayBeBoolean:
                Fault(at, "malformed",
                    "In draft-04 a schema is an object; true and false stand in additionalProperties and additionalItems only.");
                break;
            case JsonValueKind.True:
                break;
            case JsonValueKind.False:
                node.Complete([new NothingKeyword(at)]);
                break;
            case JsonValueKind.Object:
                node.Complete([.. Members(schema).SelectMany(member => ReadKeyword(schema, member, at))]);
                break;
            default:
                Fault(at, "malformed", $"A schema is an object, true or false, not {JsonKinds.Describe(schema.ValueKind)}.");
                break;
        }

        return node;
    }

    /// <summary>Reads an object whose members are schemas.</summary>
    public IReadOnlyList<(string Name, SchemaNode Node)> ReadMap(SchemaMember member) => IsObject(member)
        ? [.. member.Value.EnumerateObject().Select(child => (child.Name, Read(child.Value, Below(member.Place, child.Name))))]
        : [];

    /// <summary>Reads an array of at least one schema.</summary>
    public IReadOnlyList<SchemaNode> ReadList(SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 0)
        {
            return [.. member.Value.EnumerateArray().Select((child, i) => Read(child, Below(member.Place, i)))];
        }

        Fault(member.Place, "malformed", $"{member.Name} is an array of at least one schema.");
        return [];
    }

    /// <summary>Reads an array of distinct names.</summary>
    public IReadOnlyList<string>? ReadNames(JsonElement value, SchemaPlace at)
    {
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
        {
            var names = value.EnumerateArray().Select(name => name.GetString()!).ToList();
            if (names.Distinct().Count() == names.Count)
            {
                return names;
            }
        }

        Fault(at, "malformed", "Expected an array of distinct names.");
        return null;
    }

    /// <summary>Reads a whole number, 0 or more.</summary>
    public JsonNumber? ReadCount(SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Number
            && JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(member.Value)) is { IsInteger: true, Sign: >= 0 } count)
        {
            return count;
        }

        Fault(member.Place, "malformed", $"{member.Name} is a whole number, 0 or more.");
        return null;
    }

    public bool IsObject(SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        Fault(member.Place, "malformed", $"{member.Name} is an object, not {JsonKinds.Describe(member.Value.ValueKind)}.");
        return false;
    }

    /// <summary>Up to draft-07 the siblings of a <c>$ref</c> are ignored (draft-07 Core §8.3).</summary>
    private IEnumerable<JsonProperty> Members(JsonElement schema) =>
        Dialect.IgnoresReferenceSiblings && schema.TryGetProperty("$ref", out _)
            ? schema.EnumerateObject().Where(member => member.Name == "$ref")
            : schema.EnumerateObject();

    private IEnumerable<Keyword> ReadKeyword(JsonElement owner, JsonProperty member, SchemaPlace at)
    {
        var name = member.Name;
        var below = Below(at, name);
        if (Dialect.Keywords.TryGetValue(name, out var read))
        {
            return read(this, new SchemaMember(this, owner, name, member.Value, below));
        }

        if (!name.StartsWith("x-", StringComparison.Ordinal))
        {
            Fault(below, "unknownKeyword", Dialect.Advice(name));
        }

        return [];
    }
}
