using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Flownally.Domain.Json;

/// <summary>Reads strings of a JSON text without the allocation of .NET strings where possible.</summary>
public static class JsonStrings
{
    private const int MaxCharsOnStack = 256;

    /// <summary>The length of a string in code points, as JSON Schema counts it.</summary>
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
            count += (unit & 0b1100_0000) == 0b1000_0000 ? 0 : 1; // counts the first byte of each code point
        }

        return count;
    }

    /// <summary>Calls a function with the unescaped characters of a string.</summary>
    public static TResult Read<T, TResult>(JsonElement text, T argument, Func<ReadOnlySpan<char>, T, TResult> function) =>
        Read(JsonMarshal.GetRawUtf8Value(text)[1..^1], text, static text => text.GetString()!, argument, function);

    /// <summary>Calls a function with the unescaped characters of a member's name.</summary>
    public static TResult ReadName<T, TResult>(JsonProperty member, T argument, Func<ReadOnlySpan<char>, T, TResult> function) =>
        Read(JsonMarshal.GetRawUtf8PropertyName(member), member, static member => member.Name, argument, function);

    /// <summary>Whether a member has this name.</summary>
    /// <param name="raw">The name of the member as it stands in the JSON text.</param>
    /// <param name="name">UTF-8 without escapes.</param>
    public static bool NameEquals(JsonProperty member, ReadOnlySpan<byte> raw, ReadOnlySpan<byte> name) =>
        raw.Contains((byte)'\\') ? member.NameEquals(name) : raw.SequenceEqual(name);

    private static TResult Read<TSource, T, TResult>(ReadOnlySpan<byte> utf8, TSource source, Func<TSource, string> text, T argument,
        Func<ReadOnlySpan<char>, T, TResult> function)
    {
        if (utf8.Length > MaxCharsOnStack || utf8.Contains((byte)'\\'))
        {
            return function(text(source), argument);
        }

        Span<char> characters = stackalloc char[MaxCharsOnStack];
        return function(characters[..Encoding.UTF8.GetChars(utf8, characters)], argument);
    }
}
