using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// A place in a schema. Each place has one instance. The pointer is written only on demand, because a schema has thousands of places and
/// names may be long.
/// </summary>
/// <param name="parent">Null for the root.</param>
/// <param name="token">The name of the member or the index of the element.</param>
internal sealed class SchemaPlace(SchemaPlace? parent, string token)
{
    public SchemaPlace? Parent => parent;

    public bool IsRoot => parent is null;

    /// <summary>RFC 6901 pointer.</summary>
    public override string ToString()
    {
        var tokens = new Stack<string>();
        for (var place = this; place.Parent is not null; place = place.Parent)
        {
            tokens.Push($"/{JsonPointer.Escape(place.Token)}");
        }

        return string.Concat(tokens);
    }

    private string Token => token;
}
