using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Flownally.Domain.Schemas;

/// <summary>
/// Gives a regular expression of ECMA-262 its meaning on .NET's engine without backtracking, which takes time linear in
/// the text. What that engine cannot do (look-around, back-references, word boundaries of ASCII) is refused.
/// </summary>
internal sealed class EcmaPattern
{
    private const string Spaces = @"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
    private const string NoSpaces = @"\0-\u0008\u000e-\u001f!-\u009f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ufefe\uff00-\uffff";

    /// <summary>A character of two code units counts as one.</summary>
    private const string AnyCharacter = @"(?:[^\n\r\u2028\u2029\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])";

    /// <summary>The general categories of Unicode, by their long names.</summary>
    private static readonly Dictionary<string, string> Categories = """
        Letter L Uppercase_Letter Lu Lowercase_Letter Ll Titlecase_Letter Lt Modifier_Letter Lm Other_Letter Lo
        Mark M Nonspacing_Mark Mn Spacing_Mark Mc Enclosing_Mark Me
        Number N Decimal_Number Nd Letter_Number Nl Other_Number No
        Punctuation P Connector_Punctuation Pc Dash_Punctuation Pd Open_Punctuation Ps Close_Punctuation Pe
        Initial_Punctuation Pi Final_Punctuation Pf Other_Punctuation Po
        Symbol S Math_Symbol Sm Currency_Symbol Sc Modifier_Symbol Sk Other_Symbol So
        Separator Z Space_Separator Zs Line_Separator Zl Paragraph_Separator Zp
        Other C Control Cc Format Cf Private_Use Co Unassigned Cn
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    private readonly string _pattern;
    private readonly StringBuilder _result = new();
    private int _at;

    private EcmaPattern(string pattern) => _pattern = pattern;

    private bool More => _at < _pattern.Length;

    /// <exception cref="FormatException">The pattern is none, or needs what is refused; the message says which.</exception>
    public static Regex Compile(string pattern)
    {
        var translated = new EcmaPattern(pattern).Translate();
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new FormatException("The pattern is no regular expression of ECMA-262, or repeats too much to be run in linear time.");
        }
    }

    private string Translate()
    {
        while (More)
        {
            var character = _pattern[_at++];
            switch (character)
            {
                case '\\':
                    Escape(inClass: false);
                    break;
                case '[':
                    Class();
                    break;
                case '(':
                    Group();
                    break;
                case '.':
                    _result.Append(AnyCharacter);
                    break;
                case '$':
                    _result.Append(@"\z");
                    break;
                default:
                    _result.Append(character);
                    break;
            }
        }

        return _result.ToString();
    }

    private void Group()
    {
        _result.Append('(');
        if (!More || _pattern[_at] != '?')
        {
            return;
        }

        var rest = _pattern.AsSpan(_at);
        if (rest.StartsWith("?:"))
        {
            _result.Append("?:");
            _at += 2;
        }
        else if (rest.StartsWith("?<") && !rest.StartsWith("?<=") && !rest.StartsWith("?<!") && rest.Contains('>'))
        {
            _at += rest.IndexOf('>') + 1; // the name serves nobody here
        }
        else
        {
            throw new FormatException("Look-around and inline options cannot be used in a pattern; say it with anchors and alternatives.");
        }
    }

    private void Class()
    {
        var rest = _pattern.AsSpan(_at);
        if (rest.StartsWith("]") || rest.StartsWith("^]"))
        {
            _result.Append(rest[0] == '^' ? @"[\0-\uffff]" : @"[^\0-\uffff]"); // nothing excluded, nothing included
            _at += rest[0] == '^' ? 2 : 1;
            return;
        }

        _result.Append('[');
        if (rest.StartsWith("^"))
        {
            _result.Append('^');
            _at++;
        }

        while (More && _pattern[_at] != ']')
        {
            var character = _pattern[_at++];
            if (character == '\\')
            {
                Escape(inClass: true);
            }
            else if (character == '[')
            {
                _result.Append(@"\["); // .NET would take it for a subtraction
            }
            else
            {
                _result.Append(character);
            }
        }

        if (!More)
        {
            throw new FormatException("The pattern has a [ without its ].");
        }

        _result.Append(']');
        _at++;
    }

    private void Escape(bool inClass)
    {
        if (!More)
        {
            throw new FormatException("The pattern ends with a backslash.");
        }

        var character = _pattern[_at++];
        switch (character)
        {
            case 'd':
                Set("0-9", inClass);
                break;
            case 'D':
                Set(@"\0-/:-\uffff", inClass);
                break;
            case 'w':
                Set("0-9A-Z_a-z", inClass);
                break;
            case 'W':
                Set(@"\0-/:-@\[-\^`{-\uffff", inClass);
                break;
            case 's':
                Set(Spaces, inClass);
                break;
            case 'S':
                Set(NoSpaces, inClass);
                break;
            case 't' or 'n' or 'v' or 'f' or 'r':
                _result.Append('\\').Append(character);
                break;
            case '0' when !More || !char.IsAsciiDigit(_pattern[_at]):
                _result.Append(@"\0");
                break;
            case 'b' when inClass:
                _result.Append(@"\u0008");
                break;
            case 'c' when More && char.IsAsciiLetter(_pattern[_at]):
                Unit(_pattern[_at++] % 32);
                break;
            case 'x':
                Unit(Hex(2));
                break;
            case 'u':
                CodePoint(inClass);
                break;
            case 'p' or 'P' when More && _pattern[_at] == '{':
                Category(character);
                break;
            case >= '1' and <= '9' or 'k':
                throw new FormatException("Back-references cannot be used in a pattern.");
            case 'b' or 'B':
                throw new FormatException(@"\b and \B cannot be used in a pattern; name the characters that may stand there.");
            default:
                if (char.IsAsciiLetterOrDigit(character))
                {
                    throw new FormatException($@"\{character} means nothing in ECMA-262.");
                }

                _result.Append('\\').Append(character);
                break;
        }
    }

    /// <summary>A general category of Unicode (ECMA-262 §22.2.1.10); .NET knows them by their short names.</summary>
    private void Category(char escape)
    {
        var end = _pattern.IndexOf('}', _at);
        var name = end < 0 ? "" : _pattern[(_at + 1)..end];
        name = name[(name.IndexOf('=') is var mark and > 0 && name[..mark] is "General_Category" or "gc" ? mark + 1 : 0)..];
        var known = Categories.GetValueOrDefault(name) ?? (Categories.ContainsValue(name) ? name : null)
            ?? throw new FormatException($@"\{escape}{{…}} takes a general category of Unicode here, such as L or Letter.");
        _result.Append('\\').Append(escape).Append('{').Append(known).Append('}');
        _at = end + 1;
    }

    private void Set(string characters, bool inClass) => _result.Append(inClass ? characters : $"[{characters}]");

    private void CodePoint(bool inClass)
    {
        if (!More || _pattern[_at] != '{')
        {
            Unit(Hex(4));
            return;
        }

        var end = _pattern.IndexOf('}', _at);
        if (end < 0 || !int.TryParse(_pattern.AsSpan(_at + 1, end - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || !Rune.IsValid(value) || (inClass && value > char.MaxValue))
        {
            throw new FormatException(@"\u{…} holds a character in hexadecimal; within [ ] one of at most four digits.");
        }

        _at = end + 1;
        foreach (var unit in new Rune(value).ToString())
        {
            Unit(unit);
        }
    }

    private void Unit(int value) => _result.Append(CultureInfo.InvariantCulture, $@"\u{value:x4}");

    private int Hex(int digits)
    {
        if (_at + digits > _pattern.Length
            || !int.TryParse(_pattern.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw new FormatException($"The pattern has an escape that lacks its {digits} hexadecimal digits.");
        }

        _at += digits;
        return value;
    }
}
