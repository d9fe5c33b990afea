using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Flownally.Domain.Json;

/// <summary>Looks at strings of a JSON text without making .NET strings of them, where that can be avoided.</summary>
public static class JsonStrings
{
    private const int LongestOnStack = 256;

    /// <summary>How many code points a string has (JSON Schema counts those).</summary>
    public static int CountCodePoints(JsonElement text)
    {
        var utf8 = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        if (utf8.Contains((byte)'\\'))
        {
            return text.GetString()!.EnumerateRunes().Count();
        }

        var count = 0;
        foreach (var unit in utf8)
        {
            count += (unit & 0b1100_0000) == 0b1000_0000 ? 0 : 1; // the first byte of each
        }

        return count;
    }

    /// <summary>Asks something of a string.</summary>
    public static TResult Ask<T, TResult>(JsonElement text, T argument, Func<ReadOnlySpan<char>, T, TResult> question) =>
        Ask(JsonMarshal.GetRawUtf8Value(text)[1..^1], text, static text => text.GetString()!, argument, question);

    /// <summary>Asks something of a member's name.</summary>
    public static TResult AskName<T, TResult>(JsonProperty member, T argument, Func<ReadOnlySpan<char>, T, TResult> question) =>
        Ask(JsonMarshal.GetRawUtf8PropertyName(member), member, static member => member.Name, argument, question);

    /// <summary>Whether a member has a name, which is given as UTF-8.</summary>
    public static bool NameEquals(JsonProperty member, ReadOnlySpan<byte> raw, ReadOnlySpan<byte> name) =>
        raw.Contains((byte)'\\') ? member.NameEquals(name) : raw.SequenceEqual(name);

    private static TResult Ask<TSource, T, TResult>(ReadOnlySpan<byte> utf8, TSource source, Func<TSource, string> text, T argument,
        Func<ReadOnlySpan<char>, T, TResult> question)
    {
        if (utf8.Length > LongestOnStack || utf8.Contains((byte)'\\'))
        {
            return question(text(source), argument);
        }

        Span<char> characters = stackalloc char[LongestOnStack];
        return question(characters[..Encoding.UTF8.GetChars(utf8, characters)], argument);
    }
}
