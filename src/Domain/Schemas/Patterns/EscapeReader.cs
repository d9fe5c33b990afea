using System.Globalization;

namespace Flownally.Domain.Schemas.Patterns;

/// <summary>Reads the escapes of a pattern (ECMA-262 §22.2.1). The cursor must be at a backslash.</summary>
/// <param name="builds">False checks the escapes, but builds no sets.</param>
internal sealed class EscapeReader(PatternCursor cursor, bool builds)
{
    private const int MaxQuoted = 40;

    /// <summary>Whether the escape is <c>\p</c> or <c>\P</c>.</summary>
    public bool IsAtCategories => cursor.Next is 'p' or 'P';

    /// <summary>Reads an escape outside of a class.</summary>
    /// <returns>Null without building.</returns>
    public CharacterSet? Read()
    {
        if (TryReadCharacter(inClass: false) is { } character)
        {
            return builds ? CharacterSet.Of(character) : null;
        }

        if (IsAtCategories)
        {
            var categories = ReadCategories();
            return builds ? new CharacterSet([], categories) : null;
        }

        return ReadSet();
    }

    /// <summary>Reads <c>\d</c>, <c>\w</c>, <c>\s</c> or a negation of them.</summary>
    /// <returns>Null without building.</returns>
    public CharacterSet? ReadSet()
    {
        var letter = cursor.Next!.Value;
        var set = char.ToLowerInvariant(letter) switch
        {
            'd' => CharacterSet.Digits,
            'w' => CharacterSet.WordCharacters,
            _ => CharacterSet.WhiteSpace,
        };
        cursor.Position += 2;
        return !builds ? null : char.IsAsciiLetterUpper(letter) ? set.Negated : set;
    }

    /// <summary>Reads <c>\p{…}</c> or <c>\P{…}</c> (ECMA-262 §22.2.1.10): general categories only. .NET has no tables of scripts.</summary>
    /// <returns>Bits as in <see cref="UnicodeCategories"/>.</returns>
    public uint ReadCategories()
    {
        var start = cursor.Position;
        var rest = cursor.Rest;
        var letter = rest[1];
        var end = rest.IndexOf('}');
        var name = end > 3 && rest[2] == '{' ? rest[3..end].ToString() : "";
        if (name.IndexOf('=') is var equals and > 0)
        {
            if (name[..equals] is not ("General_Category" or "gc"))
            {
                var escape = $@"\{letter}{{{FieldViolation.Cut(name, MaxQuoted)}}}";
                throw cursor.Fault(start, escape + @" is not supported; only general categories of Unicode are, such as \p{L} or \p{Lu}."
                    + @" Name the characters of a script by their ranges, such as [\u0370-\u03ff] for Greek");
            }

            name = name[(equals + 1)..];
        }

        var categories = UnicodeCategories.Find(name);
        if (categories == 0)
        {
            throw cursor.Fault(start,
                $@"\{letter}{{…}} takes a general category of Unicode here, such as L or Lu, by its short or its long name");
        }

        cursor.Position += end + 1;
        return letter == 'P' ? UnicodeCategories.Negate(categories) : categories;
    }

    /// <summary>Reads an escape of a single character.</summary>
    /// <returns>Null, with nothing read, if the escape is a set.</returns>
    public int? TryReadCharacter(bool inClass)
    {
        var start = cursor.Position;
        if (cursor.Next is not { } letter)
        {
            throw cursor.Fault(start, "the pattern ends with a backslash");
        }

        if (letter is 'd' or 'D' or 'w' or 'W' or 's' or 'S' or 'p' or 'P')
        {
            return null;
        }

        cursor.Position += 2;
        switch (letter)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'v':
                return '\v';
            case 'f':
                return '\f';
            case 'r':
                return '\r';
            case '0' when !cursor.HasMore || !char.IsAsciiDigit(cursor.Current):
                return '\0';
            case 'b' when inClass:
                return '\b';
            case 'c' when cursor.HasMore && char.IsAsciiLetter(cursor.Current):
                return cursor.ReadCodePoint() % 32;
            case 'x':
                return ReadHex(start, digits: 2);
            case 'u':
                return ReadUnicode(start);
            case (>= '0' and <= '9') or 'k':
                throw cursor.Fault(start, "back-references cannot be used");
            case 'b' or 'B':
                throw cursor.Fault(start, $@"\{letter} cannot be used; name the characters that may stand there");
            case 'A' or 'Z' or 'z':
                throw cursor.Fault(start, $@"\{letter} means nothing in ECMA-262; use ^ or $");
            case var _ when char.IsAsciiLetterOrDigit(letter):
                throw cursor.Fault(start, $@"\{letter} means nothing in ECMA-262; a letter that means itself has no backslash");
            default:
                cursor.Position--;
                return cursor.ReadCodePoint();
        }
    }

    private int ReadUnicode(int start)
    {
        if (cursor.HasMore && cursor.Current == '{')
        {
            var end = cursor.Rest.IndexOf('}');
            if (end < 0 || !TryParseHex(cursor.Rest[1..end], out var codePoint) || codePoint is < 0 or > CharacterSet.Last)
            {
                throw cursor.Fault(start, @"\u{…} holds a code point in hexadecimal, at most 10ffff");
            }

            cursor.Position += end + 1;
            return codePoint;
        }

        var unit = ReadHex(start, digits: 4);
        if (char.IsHighSurrogate((char)unit) && cursor.Rest.StartsWith(@"\u") && !cursor.Rest.StartsWith(@"\u{"))
        {
            var second = cursor.Position;
            cursor.Position += 2;
            var low = ReadHex(second, digits: 4);
            if (char.IsLowSurrogate((char)low))
            {
                return char.ConvertToUtf32((char)unit, (char)low);
            }

            cursor.Position = second;
        }

        return unit;
    }

    private int ReadHex(int start, int digits)
    {
        if (cursor.Rest.Length < digits || !TryParseHex(cursor.Rest[..digits], out var value))
        {
            throw cursor.Fault(start, $"an escape lacks its {digits} hexadecimal digits");
        }

        cursor.Position += digits;
        return value;
    }

    private static bool TryParseHex(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
