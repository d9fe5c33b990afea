using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A member of a schema object: a keyword and its value.</summary>
internal readonly record struct SchemaMember(JsonElement Owner, string Name, JsonElement Value, string Pointer)
{
    /// <summary>A keyword of the same schema object, this one included.</summary>
    public SchemaMember? Sibling(string name) => Owner.TryGetProperty(name, out var value)
        ? new SchemaMember(Owner, name, value, SchemaReader.Below(Pointer[..Pointer.LastIndexOf('/')], name))
        : null;
}

/// <summary>Compiles schemas, and finds everything that keeps one from being used.</summary>
/// <param name="place">Where the schema stands in the request.</param>
internal sealed class SchemaReader(JsonElement root, Dialect dialect, string place)
{
    private const int MaxNodes = 1_000;

    private readonly List<FieldViolation> _faults = [];
    private readonly Dictionary<string, SchemaNode> _nodes = [];
    private readonly Dictionary<string, string> _anchors = [];
    private readonly Queue<ReferenceKeyword> _references = [];

    public IReadOnlyList<FieldViolation> Faults => _faults;

    /// <summary>The pointer to a member below a place.</summary>
    public static string Below(string pointer, string name) => $"{pointer}/{JsonPointer.Escape(name)}";

    public void Fault(string pointer, string code, string message) => _faults.Add(new FieldViolation(place + pointer, code, message));

    /// <summary>Compiles the whole schema.</summary>
    public SchemaNode Read()
    {
        var node = Read(root, "");
        while (_references.TryDequeue(out var reference))
        {
            Resolve(reference);
        }

        if (_faults.Count == 0)
        {
            FindIdleCycles();
        }

        return node;
    }

    public SchemaNode Read(JsonElement schema, string pointer)
    {
        if (_nodes.TryGetValue(pointer, out var known))
        {
            return known;
        }

        var node = _nodes[pointer] = new SchemaNode(pointer);
        if (_nodes.Count == MaxNodes + 1)
        {
            Fault(pointer, "tooLarge", $"A schema may have {MaxNodes} subschemas.");
        }

        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                break;
            case JsonValueKind.False:
                node.Complete([new NothingKeyword(pointer)]);
                break;
            case JsonValueKind.Object:
                node.Complete([.. Members(schema).SelectMany(member => ReadKeyword(schema, member, pointer))]);
                break;
            default:
                Fault(pointer, "malformed", $"A schema is an object, true or false, not {JsonKinds.Describe(schema.ValueKind)}.");
                break;
        }

        return node;
    }

    /// <summary>Reads an object whose members are schemas.</summary>
    public IReadOnlyList<(string Name, SchemaNode Node)> ReadMap(SchemaMember member) => IsObject(member)
        ? [.. member.Value.EnumerateObject().Select(child => (child.Name, Read(child.Value, Below(member.Pointer, child.Name))))]
        : [];

    /// <summary>Reads an array of at least one schema.</summary>
    public IReadOnlyList<SchemaNode> ReadList(SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 0)
        {
            return [.. member.Value.EnumerateArray().Select((child, i) => Read(child, $"{member.Pointer}/{i}"))];
        }

        Fault(member.Pointer, "malformed", $"{member.Name} is an array of at least one schema.");
        return [];
    }

    /// <summary>Reads an array of names, each once.</summary>
    public IReadOnlyList<string>? ReadNames(JsonElement value, string pointer)
    {
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
        {
            var names = value.EnumerateArray().Select(name => name.GetString()!).ToList();
            if (names.Distinct().Count() == names.Count)
            {
                return names;
            }
        }

        Fault(pointer, "malformed", "Expected an array of names, each once.");
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

        Fault(member.Pointer, "malformed", $"{member.Name} is a whole number, 0 or more.");
        return null;
    }

    public bool IsObject(SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        Fault(member.Pointer, "malformed", $"{member.Name} is an object, not {JsonKinds.Describe(member.Value.ValueKind)}.");
        return false;
    }

    /// <summary>The fragment of a reference that stays within the schema, also where it names the schema by its own <c>$id</c>.</summary>
    /// <returns>Null where it leads elsewhere.</returns>
    public string? LocalPart(string reference)
    {
        var own = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$id", out var id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()!.TrimEnd('#')
            : "";
        return reference is ['#', ..] ? reference
            : own.Length > 0 && reference == own ? "#"
            : own.Length > 0 && reference.StartsWith(own + "#", StringComparison.Ordinal) ? reference[own.Length..]
            : null;
    }

    /// <summary>Takes note of a reference, to be followed once all is read.</summary>
    public ReferenceKeyword Defer(ReferenceKeyword reference)
    {
        _references.Enqueue(reference);
        return reference;
    }

    public void AddAnchor(string name, string schemaPointer) => _anchors[name] = schemaPointer;

    /// <summary>Asks whether a word that stands nearby was meant; empty where none does.</summary>
    public static string Hint(string? word, IEnumerable<string> known)
    {
        var nearest = word is null ? null : known.MinBy(candidate => Distance(word, candidate));
        return nearest is not null && Distance(word!, nearest) <= 2 ? $" Did you mean `{nearest}`?" : "";
    }

    /// <summary>In draft-07 a <c>$ref</c> stands alone: its neighbours mean nothing (Core §8.3).</summary>
    private IEnumerable<JsonProperty> Members(JsonElement schema) => dialect.ReferenceStandsAlone && schema.TryGetProperty("$ref", out _)
        ? schema.EnumerateObject().Where(member => member.Name == "$ref")
        : schema.EnumerateObject();

    private IEnumerable<Keyword> ReadKeyword(JsonElement owner, JsonProperty member, string pointer)
    {
        var name = member.Name;
        var below = Below(pointer, name);
        if (dialect.Keywords.TryGetValue(name, out var read))
        {
            return read(this, new SchemaMember(owner, name, member.Value, below));
        }

        if (!name.StartsWith("x-", StringComparison.Ordinal))
        {
            Fault(below, "unknownKeyword", dialect.Advice(name));
        }

        return [];
    }

    private void Resolve(ReferenceKeyword reference)
    {
        var fragment = Uri.UnescapeDataString(reference.Reference[1..]);
        var pointer = fragment is "" or ['/', ..] ? fragment : _anchors.GetValueOrDefault(fragment);
        if (pointer is not null && JsonPointer.Find(root, pointer) is { } schema)
        {
            reference.Target = Read(schema, pointer);
        }
        else
        {
            Fault(reference.SchemaPointer, "missingTarget", $"There is nothing at {reference.Reference}.");
        }
    }

    /// <summary>A schema that leads back to itself without going into the value would never come to an end.</summary>
    private void FindIdleCycles()
    {
        var done = new HashSet<SchemaNode>();
        foreach (var node in _nodes.Values.ToList())
        {
            Visit(node, []);
        }

        void Visit(SchemaNode node, HashSet<SchemaNode> open)
        {
            if (!open.Add(node))
            {
                Fault(node.Pointer, "endlessReference", "The schema leads back to itself without going into the value.");
            }
            else if (!done.Contains(node))
            {
                foreach (var next in node.InPlace)
                {
                    if (_faults.Count == 0)
                    {
                        Visit(next, open);
                    }
                }

                done.Add(node);
            }

            open.Remove(node);
        }
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
