using System.Globalization;
using System.Text.Json;

namespace Flownally.Domain.Json;

/// <summary>Pointers to places in a JSON value (RFC 6901).</summary>
public static class JsonPointer
{
    /// <summary>Escapes a name as a reference token: <c>~0</c> for <c>~</c> and <c>~1</c> for <c>/</c> (RFC 6901 §3).</summary>
    public static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The unescaped names and indexes in a pointer.</summary>
    public static IEnumerable<string> Tokens(string pointer) => pointer.Split('/').Skip(1)
        .Select(token => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    /// <summary>The value at a pointer, or null if there is none.</summary>
    public static JsonElement? Find(JsonElement root, string pointer)
    {
        var place = root;
        foreach (var name in Tokens(pointer))
        {
            if (place.ValueKind == JsonValueKind.Object && place.TryGetProperty(name, out var member))
            {
                place = member;
            }
            else if (place.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < place.GetArrayLength())
            {
                place = place[index];
            }
            else
            {
                return null;
            }
        }

        return place;
    }
}
