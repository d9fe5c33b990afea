using System.Globalization;

namespace Flownally.Domain.Schemas.Patterns;

/// <summary>
/// Reads regular expressions of ECMA-262 (§22.2.1), as with its flag u: a character is a code point. What cannot be decided in time that is
/// linear in the text (look-around, back-references) is refused, and so are <c>\b</c> and <c>\B</c>. It reads in one pass and without
/// recursion, so a text of any length and depth costs no more than its length.
/// <para>
/// Escapes of other characters than letters and digits, such as <c>\-</c> or <c>\@</c>, are taken although the flag u rejects them: they
/// can mean one thing only. Patterns that are stored are read as they were when they were accepted: a <c>^</c> or <c>$</c> may be repeated,
/// and a set such as <c>\d</c> may stand beside the <c>-</c> of a class, which is a character then.
/// </para>
/// </summary>
internal sealed class PatternParser
{
    /// <summary>The general categories of Unicode, by their long names.</summary>
    private static readonly Dictionary<string, string> LongNames = """
        Letter L Cased_Letter LC Uppercase_Letter Lu Lowercase_Letter Ll Titlecase_Letter Lt Modifier_Letter Lm Other_Letter Lo
        Mark M Combining_Mark M Nonspacing_Mark Mn Spacing_Mark Mc Enclosing_Mark Me
        Number N Decimal_Number Nd digit Nd Letter_Number Nl Other_Number No
        Punctuation P punct P Connector_Punctuation Pc Dash_Punctuation Pd Open_Punctuation Ps Close_Punctuation Pe
        Initial_Punctuation Pi Final_Punctuation Pf Other_Punctuation Po
        Symbol S Math_Symbol Sm Currency_Symbol Sc Modifier_Symbol Sk Other_Symbol So
        Separator Z Space_Separator Zs Line_Separator Zl Paragraph_Separator Zp
        Other C Control Cc cntrl Cc Format Cf Surrogate Cs Private_Use Co Unassigned Cn
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>The short names, in the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] ShortNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi",
        "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private const int AboveSurrogates = 0xe000;
    private const int LongestQuoted = 40;

    private readonly string _pattern;
    private readonly bool _builds;
    private readonly bool _isStored;
    private readonly int _most;
    private readonly Stack<Group> _open = [];
    private Group _group = new();
    private int _at;

    private PatternParser(string pattern, bool builds, int most = int.MaxValue, bool isStored = false) =>
        (_pattern, _builds, _most, _isStored) = (pattern, builds, most, isStored);

    private bool More => _at < _pattern.Length;

    /// <param name="most">How often something may be repeated, exclusively.</param>
    /// <param name="isStored">Whether the pattern was accepted by an earlier version.</param>
    /// <exception cref="FormatException">The text is no pattern, or needs what is refused; the message says what and where.</exception>
    public static PatternNode Parse(string pattern, int most, bool isStored) => new PatternParser(pattern, builds: true, most, isStored).Read();

    /// <summary>Whether a text is a pattern that can be used here. Nothing is built.</summary>
    public static bool IsPattern(string text)
    {
        try
        {
            new PatternParser(text, builds: false).Read();
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private PatternNode Read()
    {
        while (More)
        {
            var start = _at;
            switch (_pattern[_at])
            {
                case '(':
                    OpenGroup();
                    break;
                case ')':
                    CloseGroup();
                    break;
                case '|':
                    _at++;
                    _group.NextBranch();
                    break;
                case '^' or '$':
                    Add(_builds ? new PatternNode.Edge(IsStart: _pattern[_at] == '^') : null, isEdge: true);
                    _at++;
                    break;
                case '*' or '+' or '?':
                    Quantify(start, _pattern[_at] == '+' ? 1 : 0, _pattern[_at++] == '?' ? 1 : null);
                    break;
                case '{' when TryReadCounts(out var min, out var max):
                    Quantify(start, min, max);
                    break;
                default:
                    Add(ReadCharacter());
                    break;
            }
        }

        return _open.Count == 0 ? _group.End() : throw Fault(_group.Start, "a ( lacks its )");
    }

    private void OpenGroup()
    {
        var start = _at++;
        if (More && _pattern[_at] == '?')
        {
            var rest = _pattern.AsSpan(_at);
            if (rest.StartsWith("?:"))
            {
                _at += 2;
            }
            else if (rest.StartsWith("?<") && !rest.StartsWith("?<=") && !rest.StartsWith("?<!") && rest.Contains('>'))
            {
                _at += rest.IndexOf('>') + 1; // nothing refers to the name
            }
            else
            {
                throw Fault(start, "look-around and inline options cannot be used; use anchors and alternatives instead");
            }
        }

        _open.Push(_group);
        _group = new Group { Start = start };
    }

    private void CloseGroup()
    {
        if (!_open.TryPop(out var outer))
        {
            throw Fault(_at, "a ) lacks its (");
        }

        var closed = _group.End();
        _group = outer;
        Add(_builds ? closed : null);
        _at++;
    }

    private void Add(PatternNode? part, bool isEdge = false)
    {
        if (part is not null)
        {
            _group.Parts.Add(part);
        }

        (_group.CanRepeat, _group.EndsInEdge) = (!isEdge || _isStored, isEdge);
    }

    private void Quantify(int start, int min, int? max)
    {
        if (!_group.CanRepeat)
        {
            throw Fault(start, _group.EndsInEdge ? "a ^ or $ is repeated, which is a place and no character" : "there is nothing to repeat");
        }

        if (More && _pattern[_at] == '?')
        {
            _at++; // lazy: the same texts match
        }

        (_group.CanRepeat, _group.EndsInEdge) = (false, false);
        if (_builds && (max ?? min) >= _most)
        {
            throw Fault(start, $"{_pattern[start.._at]} repeats too often: a pattern may take fewer than {_most} steps. Say lengths by minLength and maxLength");
        }

        if (_builds)
        {
            _group.Parts[^1] = new PatternNode.Repeat(_group.Parts[^1], min, max);
        }
    }

    /// <summary>Reads <c>{2}</c>, <c>{2,}</c> or <c>{2,5}</c>. Any other brace is a character.</summary>
    private bool TryReadCounts(out int min, out int? max)
    {
        var at = _at + 1;
        max = null;
        if (ReadNumber(ref at) is not { } least)
        {
            min = 0;
            return false;
        }

        (min, max) = (least, least);
        if (at < _pattern.Length && _pattern[at] == ',')
        {
            at++;
            max = ReadNumber(ref at);
        }

        if (at >= _pattern.Length || _pattern[at] != '}')
        {
            return false;
        }

        if (max < min)
        {
            throw Fault(_at, "the counts of a repetition are in the wrong order");
        }

        _at = at + 1;
        return true;
    }

    private int? ReadNumber(ref int at)
    {
        var start = at;
        while (at < _pattern.Length && char.IsAsciiDigit(_pattern[at]))
        {
            at++;
        }

        return at == start ? null
            : int.TryParse(_pattern.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }

    private PatternNode.Character? ReadCharacter()
    {
        var set = _pattern[_at] switch
        {
            '[' => ReadClass(),
            '\\' => ReadEscape(inClass: false),
            '.' => ReadDot(),
            _ => Single(ReadCodePoint()),
        };
        return set is null ? null : new PatternNode.Character(set);
    }

    private CharacterSet? ReadDot()
    {
        _at++;
        return _builds ? CharacterSet.LineTerminators.Negated : null;
    }

    private CharacterSet? Single(int codePoint) => _builds ? new CharacterSet([(codePoint, codePoint)]) : null;

    private int ReadCodePoint()
    {
        var unit = _pattern[_at++];
        return char.IsHighSurrogate(unit) && More && char.IsLowSurrogate(_pattern[_at]) ? char.ConvertToUtf32(unit, _pattern[_at++]) : unit;
    }

    private CharacterSet? ReadClass()
    {
        var start = _at++;
        var isNegated = More && _pattern[_at] == '^';
        _at += isNegated ? 1 : 0;
        var (ranges, categories) = (new List<(int, int)>(), 0u);
        while (More && _pattern[_at] != ']')
        {
            var from = ReadClassAtom(ranges, ref categories);
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                var dash = _at++;
                var to = ReadClassAtom(ranges, ref categories);
                AddRange(ranges, from, to, dash);
            }
            else if (from is { } character)
            {
                AddRange(ranges, character, character);
            }
        }

        if (!More)
        {
            throw Fault(start, "a [ lacks its ]");
        }

        _at++;
        return _builds ? new CharacterSet(ranges, categories, isNegated) : null;
    }

    /// <summary>Reads a character of a class, or a set such as <c>\d</c>, which it adds.</summary>
    /// <returns>The character; null where it was a set.</returns>
    private int? ReadClassAtom(List<(int, int)> ranges, ref uint categories)
    {
        if (_pattern[_at] != '\\')
        {
            return ReadCodePoint();
        }

        if (TryReadCharacterEscape(inClass: true) is { } character)
        {
            return character;
        }

        if (_at + 1 < _pattern.Length && _pattern[_at + 1] is 'p' or 'P')
        {
            categories |= ReadCategories();
        }
        else if (ReadSetEscape() is { } set)
        {
            ranges.AddRange(set.Ranges!);
        }

        return null;
    }

    private void AddRange(List<(int, int)> ranges, int from, int to)
    {
        if (_builds)
        {
            ranges.Add((from, to));
        }
    }

    /// <param name="from">Null for a set, and so is <paramref name="to"/>.</param>
    private void AddRange(List<(int, int)> ranges, int? from, int? to, int dash)
    {
        if (from <= to)
        {
            AddRange(ranges, from.Value, to.Value);
        }
        else if (!_isStored)
        {
            throw Fault(dash, from > to
                ? "the ends of a range are in the wrong order"
                : @"a range begins or ends with a set such as \d, where it takes a character; put the - first or last in the class if it is one");
        }
        else if (from > to)
        {
            // A range from the second half of a character, as code units were compared once: it holds all above the halves.
            AddRange(ranges, from.Value, from.Value);
            AddRange(ranges, Math.Min(AboveSurrogates, to.Value), to.Value);
        }
        else
        {
            foreach (var character in new[] { from, '-', to }.OfType<int>())
            {
                AddRange(ranges, character, character);
            }
        }
    }

    private CharacterSet? ReadEscape(bool inClass)
    {
        if (TryReadCharacterEscape(inClass) is { } character)
        {
            return Single(character);
        }

        if (_at + 1 < _pattern.Length && _pattern[_at + 1] is 'p' or 'P')
        {
            var categories = ReadCategories();
            return _builds ? new CharacterSet([], categories) : null;
        }

        return ReadSetEscape();
    }

    /// <summary>Reads <c>\d</c> and its like.</summary>
    private CharacterSet? ReadSetEscape()
    {
        var letter = _pattern[_at + 1];
        var set = char.ToLowerInvariant(letter) switch
        {
            'd' => CharacterSet.Digits,
            'w' => CharacterSet.WordCharacters,
            _ => CharacterSet.WhiteSpace,
        };
        _at += 2;
        return !_builds ? null : char.IsAsciiLetterUpper(letter) ? set.Negated : set;
    }

    /// <summary>Reads an escape that stands for one character.</summary>
    /// <returns>Null, with nothing read, where it stands for a set.</returns>
    private int? TryReadCharacterEscape(bool inClass)
    {
        var start = _at;
        if (_at + 1 == _pattern.Length)
        {
            throw Fault(start, "the pattern ends with a backslash");
        }

        var letter = _pattern[_at + 1];
        if (letter is 'd' or 'D' or 'w' or 'W' or 's' or 'S' or 'p' or 'P')
        {
            return null;
        }

        _at += 2;
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
            case '0' when !More || !char.IsAsciiDigit(_pattern[_at]):
                return '\0';
            case 'b' when inClass:
                return '\b';
            case 'c' when More && char.IsAsciiLetter(_pattern[_at]):
                return _pattern[_at++] % 32;
            case 'x':
                return ReadHex(start, digits: 2);
            case 'u':
                return ReadUnicodeEscape(start);
            case (>= '0' and <= '9') or 'k':
                throw Fault(start, "back-references cannot be used");
            case 'b' or 'B':
                throw Fault(start, $@"\{letter} cannot be used; name the characters that may stand there");
            case 'A' or 'Z' or 'z':
                throw Fault(start, $@"\{letter} means nothing in ECMA-262; use ^ or $");
            case var _ when char.IsAsciiLetterOrDigit(letter):
                throw Fault(start, $@"\{letter} means nothing in ECMA-262; a letter that means itself has no backslash");
            default:
                _at--;
                return ReadCodePoint();
        }
    }

    private int ReadUnicodeEscape(int start)
    {
        if (More && _pattern[_at] == '{')
        {
            var end = _pattern.IndexOf('}', _at);
            if (end < 0 || !int.TryParse(_pattern.AsSpan(_at + 1, end - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                || value is < 0 or > CharacterSet.Last)
            {
                throw Fault(start, @"\u{…} holds a code point in hexadecimal, at most 10ffff");
            }

            _at = end + 1;
            return value;
        }

        var unit = ReadHex(start, digits: 4);
        if (char.IsHighSurrogate((char)unit) && _pattern.AsSpan(_at).StartsWith(@"\u") && !_pattern.AsSpan(_at).StartsWith(@"\u{"))
        {
            var afterwards = _at;
            _at += 2;
            var low = ReadHex(afterwards, digits: 4);
            if (char.IsLowSurrogate((char)low))
            {
                return char.ConvertToUtf32((char)unit, (char)low);
            }

            _at = afterwards;
        }

        return unit;
    }

    private int ReadHex(int start, int digits)
    {
        if (_at + digits > _pattern.Length
            || !int.TryParse(_pattern.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw Fault(start, $"an escape lacks its {digits} hexadecimal digits");
        }

        _at += digits;
        return value;
    }

    /// <summary>Reads <c>\p{…}</c> or <c>\P{…}</c> (ECMA-262 §22.2.1.10): general categories only; scripts would need Unicode's tables.</summary>
    private uint ReadCategories()
    {
        var start = _at;
        var isNegated = _pattern[_at + 1] == 'P';
        var end = _pattern.IndexOf('}', _at);
        var name = end > _at + 3 && _pattern[_at + 2] == '{' ? _pattern[(_at + 3)..end] : "";
        if (name.IndexOf('=') is var mark and > 0)
        {
            if (name[..mark] is not ("General_Category" or "gc"))
            {
                throw Fault(start, $@"\{_pattern[_at + 1]}{{{FieldViolation.Cut(name, LongestQuoted)}}} is not supported; only general categories of Unicode are, such as \p{{L}} or \p{{Lu}}."
                    + @" Name the characters of a script by their ranges, such as [\u0370-\u03ff] for Greek");
            }

            name = name[(mark + 1)..];
        }

        var known = LongNames.GetValueOrDefault(name, name);
        var categories = known == "LC" ? 0b111u : 0u;
        for (var category = 0; category < ShortNames.Length; category++)
        {
            categories |= known.Length > 0 && ShortNames[category].StartsWith(known, StringComparison.Ordinal) ? 1u << category : 0;
        }

        if (categories == 0)
        {
            throw Fault(start, $@"\{_pattern[_at + 1]}{{…}} takes a general category of Unicode here, such as L or Lu, by its short or its long name");
        }

        _at = end + 1;
        return isNegated ? ~categories & ((1u << ShortNames.Length) - 1) : categories;
    }

    /// <summary>Counts as a reader does: a character beyond U+FFFF is one.</summary>
    private FormatException Fault(int at, string reason)
    {
        var characters = 0;
        foreach (var _ in _pattern.AsSpan(0, at).EnumerateRunes())
        {
            characters++;
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"At character {characters + 1} of the pattern {reason}."));
    }

    /// <summary>A group that is being read, or the whole pattern.</summary>
    private sealed class Group
    {
        private List<PatternNode>? _branches;

        public int Start { get; init; }

        public List<PatternNode> Parts { get; private set; } = [];

        /// <summary>Whether a quantifier may follow.</summary>
        public bool CanRepeat { get; set; }

        /// <summary>Whether a ^ or $ was read last.</summary>
        public bool EndsInEdge { get; set; }

        public void NextBranch()
        {
            (_branches ??= []).Add(new PatternNode.Sequence(Parts));
            (Parts, CanRepeat, EndsInEdge) = ([], false, false);
        }

        public PatternNode End()
        {
            if (_branches is null)
            {
                return Parts is [var only] ? only : new PatternNode.Sequence(Parts);
            }

            NextBranch();
            return new PatternNode.Choice(_branches);
        }
    }
}
