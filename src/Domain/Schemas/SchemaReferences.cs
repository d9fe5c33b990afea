using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>Resolves the references of one schema, and detects endless ones.</summary>
internal sealed class SchemaReferences(SchemaReader reader, JsonElement root, string idKeyword)
{
    private readonly Dictionary<string, SchemaPlace> _anchors = [];
    private readonly Queue<ReferenceKeyword> _unresolved = [];

    public void AddAnchor(string name, SchemaPlace schema) => _anchors[name] = schema;

    /// <summary>Adds a reference, to be resolved after the whole schema is read.</summary>
    public ReferenceKeyword Add(ReferenceKeyword reference)
    {
        _unresolved.Enqueue(reference);
        return reference;
    }

    /// <summary>The fragment of a reference within the schema. The reference may begin with the schema's own id.</summary>
    /// <returns>Null if the reference is to another schema.</returns>
    public string? LocalPart(string reference)
    {
        var hasId = root.ValueKind == JsonValueKind.Object && root.TryGetProperty(idKeyword, out var value)
            && value.ValueKind == JsonValueKind.String;
        var id = hasId ? root.GetProperty(idKeyword).GetString()!.TrimEnd('#') : "";
        return reference is ['#', ..] ? reference
            : id.Length > 0 && reference == id ? "#"
            : id.Length > 0 && reference.StartsWith(id + "#", StringComparison.Ordinal) ? reference[id.Length..]
            : null;
    }

    /// <summary>Resolves all references. Their targets are read, too, and may add references.</summary>
    public void Resolve()
    {
        while (_unresolved.TryDequeue(out var reference))
        {
            var fragment = Uri.UnescapeDataString(reference.Reference[1..]);
            var at = fragment is "" ? reader.Top
                : fragment is ['/', ..] ? JsonPointer.Tokens(fragment).Aggregate(reader.Top, reader.Below)
                : _anchors.GetValueOrDefault(fragment);
            if (at is not null && JsonPointer.Find(root, at.ToString()) is { } schema)
            {
                reference.Target = reader.Read(schema, at);
            }
            else
            {
                reader.Fault(reference.Place, "missingTarget", $"There is nothing at {reference.Reference}.");
            }
        }
    }

    /// <summary>Reports the first schema that refers to itself for the same value: its evaluation would never end.</summary>
    public void FindEndless(IEnumerable<SchemaNode> nodes)
    {
        var done = new HashSet<SchemaNode>();
        foreach (var node in nodes)
        {
            Visit(node, []);
        }

        void Visit(SchemaNode node, HashSet<SchemaNode> open)
        {
            if (!open.Add(node))
            {
                reader.Fault(node.Place, "endlessReference", "The schema leads back to itself without going into the value.");
            }
            else if (!done.Contains(node))
            {
                foreach (var next in node.InPlace)
                {
                    if (reader.Faults.Count == 0)
                    {
                        Visit(next, open);
                    }
                }

                done.Add(node);
            }

            open.Remove(node);
        }
    }
}
