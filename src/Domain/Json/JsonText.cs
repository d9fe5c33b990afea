using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Flownally.Domain.Json;

/// <summary>
/// Rules for JSON text beyond its grammar, so that every database and every client can read it: limits of depth and of numbers,
/// and strings that are valid Unicode without NUL.
/// </summary>
public static class JsonText
{
    /// <summary>Limit of the digits of a number before its exponent, including leading zeros of a fraction.</summary>
    public const int MaxDigits = 1_000;

    /// <summary>A pointer shows at most this many bytes of a name. It is cut to fewer characters later.</summary>
    private const int MaxNameBytes = 4 * FieldViolation.MaxFieldLength;

    /// <summary>Limit of the absolute value of an exponent.</summary>
    public const int MaxExponent = 1_000;

    /// <summary>Finds the first <see cref="Error.MaxViolations"/> places that break a rule. Valid text costs no allocation.</summary>
    /// <param name="maxDepth">Limit of nested arrays and objects, including the outermost.</param>
    /// <exception cref="JsonException">The bytes are not JSON text (RFC 8259), apart from the encoding of its strings.</exception>
    public static IReadOnlyList<JsonFault> FindFaults(ReadOnlySpan<byte> utf8, int maxDepth) => FindFaults(utf8, maxDepth, out _);

    /// <param name="deepest">The actual depth, at most <paramref name="maxDepth"/>.</param>
    /// <inheritdoc cref="FindFaults(ReadOnlySpan{byte}, int)"/>
    public static IReadOnlyList<JsonFault> FindFaults(ReadOnlySpan<byte> utf8, int maxDepth, out int deepest)
    {
        deepest = 0;
        var isUtf8 = Utf8.IsValid(utf8); // the reader does not validate the contents of strings
        List<JsonFault>? faults = null;
        Span<Step> path = stackalloc Step[maxDepth];
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (faults?.Count == Error.MaxViolations)
            {
                continue; // read on, because the rest must still be JSON
            }

            var depth = reader.CurrentDepth;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                // The token starts with the quote.
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
                    Add($"Arrays and objects may be nested at most {maxDepth} levels deep.", path[..depth], utf8);
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

    /// <summary>Whether the reader is at a member of this name. The reader itself would throw at a name with a lone surrogate.</summary>
    public static bool IsAtMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.TokenType == JsonTokenType.PropertyName
        && (reader.ValueIsEscaped
            ? EscapeFault(reader.ValueSpan) is null && reader.ValueTextEquals(name)
            : reader.ValueSpan.SequenceEqual(name));

    /// <summary>Removes the whitespace between tokens. The text must be valid JSON.</summary>
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
                return string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4} is half of a surrogate pair, not a character.");
            }
        }

        return null;
    }

    private static char CodeUnit(ReadOnlySpan<byte> uAndHex) =>
        Utf8Parser.TryParse(uAndHex[1..5], out ushort unit, out _, 'x') ? (char)unit : default;

    private static string? NumberFault(ReadOnlySpan<byte> number)
    {
        var exponentMark = number.IndexOfAny((byte)'e', (byte)'E');
        var significand = exponentMark < 0 ? number : number[..exponentMark];
        var digits = significand.Length - significand.Count((byte)'-') - significand.Count((byte)'.');
        if (digits > MaxDigits)
        {
            return $"A number may have at most {MaxDigits} digits; this number has {digits}.";
        }

        if (exponentMark >= 0)
        {
            var exponent = number[(exponentMark + 1)..].TrimStart("+-"u8).TrimStart((byte)'0');
            if (exponent.Length > 4 || (Utf8Parser.TryParse(exponent, out int value, out _) && value > MaxExponent))
            {
                return $"An exponent must be from -{MaxExponent} to {MaxExponent}.";
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
                break; // FieldViolation cuts the rest
            }

            pointer.Append('/');
            if (step.NameStart == 0)
            {
                pointer.Append(step.Element - 1);
            }
            else
            {
                var length = Math.Min(step.NameLength, MaxNameBytes);
                pointer.Append(JsonPointer.Escape(Encoding.UTF8.GetString(utf8.Slice(step.NameStart, length))));
            }
        }

        return pointer.ToString();
    }

    /// <summary>One step of the path: the span of a member's name in the text, or the number of elements that have started.</summary>
    private record struct Step(int NameStart, int NameLength, int Element);
}

/// <summary>A place in a JSON text that breaks a rule.</summary>
/// <param name="Pointer">RFC 6901 pointer to the place.</param>
/// <param name="Message">A sentence that explains the rule.</param>
/// <param name="IsEncoding">Whether the place is not UTF-8, so that the text is not JSON.</param>
public sealed record JsonFault(string Pointer, string Message, bool IsEncoding = false);
