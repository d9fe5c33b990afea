using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas.Patterns;

namespace Flownally.Domain.Schemas;

/// <summary>A member of a schema object: a keyword and its value.</summary>
internal readonly record struct SchemaMember(SchemaReader Reader, JsonElement Owner, string Name, JsonElement Value, SchemaPlace Place)
{
    /// <summary>A keyword of the same schema object, this one included.</summary>
    public SchemaMember? Sibling(string name) => Owner.TryGetProperty(name, out var value)
        ? new SchemaMember(Reader, Owner, name, value, Reader.Below(Place.Parent!, name))
        : null;
}

/// <summary>Compiles schemas, and finds what keeps one from being used.</summary>
/// <param name="place">Where the schema stands in the request.</param>
/// <param name="isStored">Whether the schema was accepted by an earlier version, which took more patterns.</param>
internal sealed class SchemaReader(JsonElement root, Dialect dialect, string place, bool isStored)
{
    private const int MaxNodes = 1_000;
    private const int MaxPatternLength = 512;

    /// <summary>Steps of all patterns of a schema, equal ones counted once: as many as 25 of the longest have.</summary>
    private readonly int _mostPatternSteps = 25 * PatternProgram.MostSteps(isStored);

    private readonly SchemaPlace _top = new(null, "");
    private readonly List<FieldViolation> _faults = [];
    private readonly Dictionary<(SchemaPlace, string), SchemaPlace> _places = [];
    private readonly Dictionary<SchemaPlace, SchemaNode> _nodes = [];
    private readonly Dictionary<string, SchemaPlace> _anchors = [];
    private readonly Dictionary<string, PatternProgram> _patterns = [];
    private readonly Queue<ReferenceKeyword> _references = [];
    private int _patternSteps;

    public IReadOnlyList<FieldViolation> Faults => _faults;

    public Dialect Dialect => dialect;

    /// <summary>Of one pattern, and of those that a name is held against together.</summary>
    public int MostSteps => PatternProgram.MostSteps(isStored);

    /// <summary>Bytes that the compiled schema takes, as an estimate.</summary>
    public long Weight => (400L * _nodes.Count) + (200L * _places.Count) + _patterns.Values.Sum(pattern => pattern.Weight);

    /// <summary>The place of a member.</summary>
    public SchemaPlace Below(SchemaPlace place, string name)
    {
        ref var below = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, (place, name), out _);
        return below ??= new SchemaPlace(place, name);
    }

    /// <summary>The place of an element.</summary>
    public SchemaPlace Below(SchemaPlace place, int index) => Below(place, index.ToString(CultureInfo.InvariantCulture));

    /// <summary>Takes note of a fault, unless there are enough.</summary>
    public void Fault(SchemaPlace at, string code, string message)
    {
        if (_faults.Count < Error.MaxViolations)
        {
            _faults.Add(new FieldViolation(place + at, code, message));
        }
    }

    /// <summary>Compiles the whole schema.</summary>
    public SchemaNode Read()
    {
        var node = Read(root, _top);
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

    /// <param name="mayBeBoolean">Whether <c>true</c> and <c>false</c> may stand there in draft-04, too.</param>
    public SchemaNode Read(JsonElement schema, SchemaPlace at, bool mayBeBoolean = false)
    {
        if (_nodes.TryGetValue(at, out var known))
        {
            return known;
        }

        var node = _nodes[at] = new SchemaNode(at, dialect.IsDraft4);
        if (_nodes.Count == MaxNodes + 1)
        {
            Fault(at, "tooLarge", $"A schema may have {MaxNodes} subschemas.");
        }

        switch (schema.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False when dialect.IsDraft4 && !mayBeBoolean:
                Fault(at, "malformed", "In draft-04 a schema is an object; true and false stand in additionalProperties and additionalItems only.");
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

    /// <summary>Compiles a pattern. Equal ones share what is compiled.</summary>
    /// <returns>Null where the pattern cannot be used; a fault says why.</returns>
    public PatternProgram? ReadPattern(string? pattern, SchemaPlace at)
    {
        if (pattern is not { Length: <= MaxPatternLength })
        {
            Fault(at, "malformed", $"A pattern is a string of at most {MaxPatternLength} characters.");
            return null;
        }

        if (_patterns.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (_patternSteps > _mostPatternSteps)
        {
            return null; // which was said where it became too much
        }

        try
        {
            var compiled = _patterns[pattern] = PatternProgram.Compile(pattern, isStored);
            _patternSteps += compiled.Length;
            if (_patternSteps > _mostPatternSteps)
            {
                Fault(at, "tooLarge", $"The patterns of a schema may take {_mostPatternSteps} steps together. Use fewer or simpler ones; equal ones count once.");
            }

            return compiled;
        }
        catch (FormatException exception)
        {
            Fault(at, "malformed", exception.Message);
            return null;
        }
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

    /// <summary>Reads an array of names, each once.</summary>
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

        Fault(at, "malformed", "Expected an array of names, each once.");
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

    /// <summary>The fragment of a reference that stays within the schema, also where it names the schema by its own <c>$id</c> (draft-04: <c>id</c>).</summary>
    /// <returns>Null where it leads elsewhere.</returns>
    public string? LocalPart(string reference)
    {
        var own = root.ValueKind == JsonValueKind.Object && root.TryGetProperty(dialect.IdKeyword, out var id) && id.ValueKind == JsonValueKind.String
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

    public void AddAnchor(string name, SchemaPlace schema) => _anchors[name] = schema;

    /// <summary>Asks whether a word that stands nearby was meant; empty where none does.</summary>
    public static string Hint(string? word, IEnumerable<string> known)
    {
        const int Near = 2;
        var nearest = word is null ? null : known.Where(candidate => Math.Abs(candidate.Length - word.Length) <= Near).MinBy(candidate => Distance(word, candidate));
        return nearest is not null && Distance(word!, nearest) <= Near ? $" Did you mean `{nearest}`?" : "";
    }

    /// <summary>Up to draft-07 a <c>$ref</c> stands alone: its neighbours mean nothing (draft-07 Core §8.3).</summary>
    private IEnumerable<JsonProperty> Members(JsonElement schema) => dialect.ReferenceStandsAlone && schema.TryGetProperty("$ref", out _)
        ? schema.EnumerateObject().Where(member => member.Name == "$ref")
        : schema.EnumerateObject();

    private IEnumerable<Keyword> ReadKeyword(JsonElement owner, JsonProperty member, SchemaPlace at)
    {
        var name = member.Name;
        var below = Below(at, name);
        if (dialect.Keywords.TryGetValue(name, out var read))
        {
            return read(this, new SchemaMember(this, owner, name, member.Value, below));
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
        var at = fragment is "" ? _top
            : fragment is ['/', ..] ? JsonPointer.Tokens(fragment).Aggregate(_top, Below)
            : _anchors.GetValueOrDefault(fragment);
        if (at is not null && JsonPointer.Find(root, at.ToString()) is { } schema)
        {
            reference.Target = Read(schema, at);
        }
        else
        {
            Fault(reference.Place, "missingTarget", $"There is nothing at {reference.Reference}.");
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
                Fault(node.Place, "endlessReference", "The schema leads back to itself without going into the value.");
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
