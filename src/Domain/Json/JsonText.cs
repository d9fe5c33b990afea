using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Flownally.Domain.Json;

/// <summary>
/// What JSON text must keep to beyond its grammar, so that any store and any client can take it:
/// bounded depth and numbers, and strings that are Unicode text without NUL.
/// </summary>
public static class JsonText
{
    /// <summary>Digits a number may have before its exponent, leading zeros of a fraction included.</summary>
    public const int MaxDigits = 1_000;

    /// <summary>More bytes than a pointer has of a name before it is cut.</summary>
    private const int BytesOfField = 4 * FieldViolation.MaxFieldLength;

    /// <summary>How far a number's exponent may lie from zero.</summary>
    public const int MaxExponent = 1_000;

    /// <summary>
    /// Finds the places that break a rule, the first <see cref="Error.MaxViolations"/>; none is the usual answer, and costs no allocation.
    /// </summary>
    /// <param name="maxDepth">How many arrays and objects may lie in one another, the outermost counted.</param>
    /// <exception cref="JsonException">The bytes are no JSON text of RFC 8259, whatever the encoding of its strings.</exception>
    public static IReadOnlyList<JsonFault> FindFaults(ReadOnlySpan<byte> utf8, int maxDepth) => FindFaults(utf8, maxDepth, out _);

    /// <param name="deepest">How many arrays and objects do lie in one another, up to <paramref name="maxDepth"/>.</param>
    /// <inheritdoc cref="FindFaults(ReadOnlySpan{byte}, int)"/>
    public static IReadOnlyList<JsonFault> FindFaults(ReadOnlySpan<byte> utf8, int maxDepth, out int deepest)
    {
        deepest = 0;
        var isUtf8 = Utf8.IsValid(utf8); // the reader does not look into strings
        List<JsonFault>? faults = null;
        Span<Step> path = stackalloc Step[maxDepth];
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (faults?.Count == Error.MaxViolations)
            {
                continue; // it must still be JSON to its end
            }

            var depth = reader.CurrentDepth;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                // The quote precedes the name.
                path[depth - 1] = new Step((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, 0);
            }
            else if (depth > 0 && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
            {
                path[depth - 1].Element++;
            }

            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                if (depth == maxDepth)
                {
                    Add($"Arrays and objects may lie at most {maxDepth} deep in one another.", path[..depth], utf8);
                    reader.Skip();
                }
                else
                {
                    path[depth] = default;
                    deepest = Math.Max(deepest, depth + 1);
                }
            }
            else if (!isUtf8 && IsText(reader.TokenType) && !Utf8.IsValid(reader.ValueSpan))
            {
                Add("The text is not UTF-8.", path[..depth], utf8, isEncoding: true);
            }
            else if (Fault(ref reader) is { } message)
            {
                Add(message, path[..depth], utf8);
            }
        }

        return faults ?? (IReadOnlyList<JsonFault>)[];

        void Add(string message, ReadOnlySpan<Step> steps, ReadOnlySpan<byte> text, bool isEncoding = false) =>
            (faults ??= []).Add(new JsonFault(Pointer(steps, text), message, isEncoding));
    }

    /// <summary>Whether the reader stands at a member of this name. The reader itself would throw at a name that holds half a surrogate.</summary>
    public static bool IsAtMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.TokenType == JsonTokenType.PropertyName
        && (reader.ValueIsEscaped ? EscapeFault(reader.ValueSpan) is null && reader.ValueTextEquals(name) : reader.ValueSpan.SequenceEqual(name));

    /// <summary>The same text without the whitespace between its tokens. The text must be valid.</summary>
    public static byte[] Minify(ReadOnlySpan<byte> utf8)
    {
        var compact = new byte[utf8.Length];
        var length = 0;
        while (!utf8.IsEmpty)
        {
            var run = utf8.IndexOfAny(" \t\r\n\""u8);
            run = run < 0 ? utf8.Length : run;
            if (run < utf8.Length && utf8[run] == '"')
            {
                run += StringLength(utf8[run..]);
            }

            utf8[..run].CopyTo(compact.AsSpan(length));
            length += run;
            utf8 = utf8[run..].TrimStart(" \t\r\n"u8);
        }

        return length == compact.Length ? compact : compact[..length];
    }

    private static int StringLength(ReadOnlySpan<byte> quoted)
    {
        var end = 1;
        while (quoted[end] != '"')
        {
            end += quoted[end] == '\\' ? 2 : 1;
        }

        return end + 1;
    }

    private static bool IsText(JsonTokenType token) => token is JsonTokenType.PropertyName or JsonTokenType.String;

    private static string? Fault(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.PropertyName or JsonTokenType.String when reader.ValueIsEscaped => EscapeFault(reader.ValueSpan),
        JsonTokenType.Number => NumberFault(reader.ValueSpan),
        _ => null,
    };

    private static string? EscapeFault(ReadOnlySpan<byte> text)
    {
        for (var escape = text.IndexOf((byte)'\\'); escape >= 0; escape = text.IndexOf((byte)'\\'))
        {
            var rest = text[(escape + 1)..];
            if (rest[0] != 'u')
            {
                text = rest[1..];
                continue;
            }

            var unit = CodeUnit(rest);
            text = rest[5..];
            if (unit == 0)
            {
                return "The character U+0000 cannot be stored.";
            }

            if (char.IsHighSurrogate(unit) && text.StartsWith("\\u"u8) && char.IsLowSurrogate(CodeUnit(text[1..])))
            {
                text = text[6..];
            }
            else if (char.IsSurrogate(unit))
            {
                return string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4} is half of a surrogate pair, which is no character.");
            }
        }

        return null;
    }

    private static char CodeUnit(ReadOnlySpan<byte> uAndHex) =>
        Utf8Parser.TryParse(uAndHex[1..5], out ushort unit, out _, 'x') ? (char)unit : default;

    private static string? NumberFault(ReadOnlySpan<byte> number)
    {
        var mark = number.IndexOfAny((byte)'e', (byte)'E');
        var significand = mark < 0 ? number : number[..mark];
        var digits = significand.Length - significand.Count((byte)'-') - significand.Count((byte)'.');
        if (digits > MaxDigits)
        {
            return $"A number may have at most {MaxDigits} digits; this one has {digits}.";
        }

        if (mark >= 0)
        {
            var exponent = number[(mark + 1)..].TrimStart("+-"u8).TrimStart((byte)'0');
            if (exponent.Length > 4 || (Utf8Parser.TryParse(exponent, out int value, out _) && value > MaxExponent))
            {
                return $"A number's exponent may be at most ±{MaxExponent}.";
            }
        }

        return null;
    }

    private static string Pointer(ReadOnlySpan<Step> path, ReadOnlySpan<byte> utf8)
    {
        var pointer = new StringBuilder();
        foreach (var step in path)
        {
            if (pointer.Length > FieldViolation.MaxFieldLength)
            {
                break; // the rest is cut anyway
            }

            pointer.Append('/');
            if (step.NameStart == 0)
            {
                pointer.Append(step.Element - 1);
            }
            else
            {
                var shown = Math.Min(step.NameLength, BytesOfField);
                pointer.Append(JsonPointer.Escape(Encoding.UTF8.GetString(utf8.Slice(step.NameStart, shown))));
            }
        }

        return pointer.ToString();
    }

    /// <summary>One step of the path: a member's name as it stands in the text, or how many elements were begun.</summary>
    private record struct Step(int NameStart, int NameLength, int Element);
}

/// <summary>One place of a JSON text that breaks a rule.</summary>
/// <param name="Pointer">RFC 6901 pointer to the place.</param>
/// <param name="Message">What may stand there.</param>
/// <param name="IsEncoding">Whether the place is no UTF-8, so that the text is no JSON.</param>
public sealed record JsonFault(string Pointer, string Message, bool IsEncoding = false);
