using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// A place in a schema. It is written out as a pointer only where somebody asks: names may be long, and a schema has thousands of places.
/// One object stands for one place.
/// </summary>
/// <param name="parent">Null for the root.</param>
/// <param name="token">The member's name or the element's index.</param>
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
