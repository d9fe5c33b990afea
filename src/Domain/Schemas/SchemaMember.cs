using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A member of a schema object: a keyword and its value.</summary>
internal readonly record struct SchemaMember(SchemaReader Reader, JsonElement Owner, string Name, JsonElement Value, SchemaPlace Place)
{
    /// <summary>A keyword of the same schema object; null if it is absent.</summary>
    public SchemaMember? Sibling(string name) => Owner.TryGetProperty(name, out var value)
        ? new SchemaMember(Reader, Owner, name, value, Reader.Below(Place.Parent!, name))
        : null;
}
