namespace Flownally.Domain.Schemas.Patterns;

/// <summary>
/// Parses regular expressions of ECMA-262 (§22.2.1) with the flag u: a character is a code point. It refuses look-around and
/// back-references, because matching them can take more than linear time, and <c>\b</c> and <c>\B</c>. It reads in one pass without
/// recursion, so the cost is linear in the length of the pattern, whatever its depth.
/// <para>
/// Unlike the flag u, it accepts escapes of characters other than letters and digits, such as <c>\-</c> or <c>\@</c>, because they have
/// only one possible meaning. Stored patterns keep the rules of the version that accepted them: a <c>^</c> or <c>$</c> may be repeated,
/// and in a class a set such as <c>\d</c> may stand beside a <c>-</c>, which is then a character.
/// </para>
/// </summary>
internal sealed class PatternParser
{
    private readonly PatternCursor _cursor;
    private readonly EscapeReader _escapes;
    private readonly ClassReader _classes;
    private readonly bool _builds;
    private readonly bool _isStored;
    private readonly int _maxCount;
    private readonly Stack<PatternGroup> _outer = [];
    private PatternGroup _group = new();

    private PatternParser(string pattern, bool builds, int maxCount = int.MaxValue, bool isStored = false)
    {
        (_cursor, _builds, _maxCount, _isStored) = (new PatternCursor(pattern), builds, maxCount, isStored);
        _escapes = new EscapeReader(_cursor, builds);
        _classes = new ClassReader(_cursor, _escapes, builds, isStored);
    }

    /// <param name="maxCount">Limit of a repetition, exclusive.</param>
    /// <param name="isStored">Whether an earlier version accepted the pattern.</param>
    /// <exception cref="FormatException">The pattern is invalid or not supported. The message has the reason and the position.</exception>
    public static PatternNode Parse(string pattern, int maxCount, bool isStored) =>
        new PatternParser(pattern, builds: true, maxCount, isStored).Read();

    /// <summary>Whether a text is a supported pattern. It builds no nodes.</summary>
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
        while (_cursor.HasMore)
        {
            var start = _cursor.Position;
            switch (_cursor.Current)
            {
                case '(':
                    OpenGroup();
                    break;
                case ')':
                    CloseGroup();
                    break;
                case '|':
                    _cursor.Position++;
                    _group.NextBranch();
                    break;
                case '^' or '$':
                    Add(_builds ? new PatternNode.Edge(IsStart: _cursor.Current == '^') : null, isEdge: true);
                    _cursor.Position++;
                    break;
                case ('*' or '+' or '?') and var quantifier:
                    _cursor.Position++;
                    Quantify(start, quantifier == '+' ? 1 : 0, quantifier == '?' ? 1 : null);
                    break;
                case '{' when TryReadCounts(out var min, out var max):
                    Quantify(start, min, max);
                    break;
                default:
                    Add(ReadCharacter());
                    break;
            }
        }

        return _outer.Count == 0 ? _group.End() : throw _cursor.Fault(_group.Start, "a ( lacks its )");
    }

    private void OpenGroup()
    {
        var start = _cursor.Position++;
        var rest = _cursor.Rest;
        if (rest.StartsWith("?:"))
        {
            _cursor.Position += 2;
        }
        else if (rest.StartsWith("?<") && !rest.StartsWith("?<=") && !rest.StartsWith("?<!") && rest.Contains('>'))
        {
            _cursor.Position += rest.IndexOf('>') + 1; // back-references are refused, so the name of the group has no use
        }
        else if (rest is ['?', ..])
        {
            throw _cursor.Fault(start, "look-around and inline options cannot be used; use anchors and alternatives instead");
        }

        _outer.Push(_group);
        _group = new PatternGroup(start);
    }

    private void CloseGroup()
    {
        if (!_outer.TryPop(out var outer))
        {
            throw _cursor.Fault(_cursor.Position, "a ) lacks its (");
        }

        var closed = _group.End();
        _group = outer;
        Add(_builds ? closed : null);
        _cursor.Position++;
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
            throw _cursor.Fault(start, _group.EndsInEdge
                ? "a ^ or $ is repeated, which is a place and no character"
                : "there is nothing to repeat");
        }

        if (_cursor.HasMore && _cursor.Current == '?')
        {
            _cursor.Position++; // a lazy quantifier matches the same texts
        }

        (_group.CanRepeat, _group.EndsInEdge) = (false, false);
        if (_builds && (max ?? min) >= _maxCount)
        {
            throw _cursor.Fault(start, $"{_cursor.TextSince(start)} repeats too often: a pattern may take fewer than {_maxCount} steps."
                + " Limit lengths with minLength and maxLength");
        }

        if (_builds)
        {
            _group.Parts[^1] = new PatternNode.Repeat(_group.Parts[^1], min, max);
        }
    }

    /// <summary>Reads <c>{2}</c>, <c>{2,}</c> or <c>{2,5}</c>.</summary>
    /// <returns>False, with nothing read, if the brace is a character.</returns>
    private bool TryReadCounts(out int min, out int? max)
    {
        var start = _cursor.Position++;
        var first = _cursor.ReadNumber();
        (min, max) = (first ?? 0, first);
        if (first is not null && _cursor.HasMore && _cursor.Current == ',')
        {
            _cursor.Position++;
            max = _cursor.ReadNumber();
        }

        if (first is null || !_cursor.HasMore || _cursor.Current != '}')
        {
            _cursor.Position = start;
            return false;
        }

        if (max < min)
        {
            throw _cursor.Fault(start, "the counts of a repetition are in the wrong order");
        }

        _cursor.Position++;
        return true;
    }

    private PatternNode.Character? ReadCharacter() => ReadSet() is { } set ? new PatternNode.Character(set) : null;

    private CharacterSet? ReadSet()
    {
        switch (_cursor.Current)
        {
            case '[':
                return _classes.Read();
            case '\\':
                return _escapes.Read();
            case '.':
                _cursor.Position++;
                return _builds ? CharacterSet.LineTerminators.Negated : null;
            default:
                var character = _cursor.ReadCodePoint();
                return _builds ? CharacterSet.Of(character) : null;
        }
    }
}
