namespace Flownally.Domain.Schemas.Patterns;

/// <summary>Reads the character classes of a pattern, such as <c>[a-z\d]</c> (ECMA-262 §22.2.1).</summary>
/// <param name="builds">False checks the classes, but builds no sets.</param>
/// <param name="isStored">Whether an earlier version accepted the pattern, see <see cref="PatternParser"/>.</param>
internal sealed class ClassReader(PatternCursor cursor, EscapeReader escapes, bool builds, bool isStored)
{
    private const int AboveSurrogates = 0xe000;

    /// <summary>Reads a class. The cursor must be at its opening bracket.</summary>
    /// <returns>Null without building.</returns>
    public CharacterSet? Read()
    {
        var start = cursor.Position++;
        var isNegated = cursor.HasMore && cursor.Current == '^';
        cursor.Position += isNegated ? 1 : 0;
        var (ranges, categories) = (new List<(int, int)>(), 0u);
        while (cursor.HasMore && cursor.Current != ']')
        {
            var from = ReadAtom(ranges, ref categories);
            if (cursor.HasMore && cursor.Current == '-' && cursor.Next is not (null or ']'))
            {
                var dash = cursor.Position++;
                var to = ReadAtom(ranges, ref categories);
                AddRange(ranges, from, to, dash);
            }
            else if (from is { } character)
            {
                AddRange(ranges, character, character);
            }
        }

        if (!cursor.HasMore)
        {
            throw cursor.Fault(start, "a [ lacks its ]");
        }

        cursor.Position++;
        return builds ? new CharacterSet(ranges, categories, isNegated) : null;
    }

    /// <summary>Reads a character, or a set such as <c>\d</c>. A set is added to the class.</summary>
    /// <returns>The character; null for a set.</returns>
    private int? ReadAtom(List<(int, int)> ranges, ref uint categories)
    {
        if (cursor.Current != '\\')
        {
            return cursor.ReadCodePoint();
        }

        if (escapes.TryReadCharacter(inClass: true) is { } character)
        {
            return character;
        }

        if (escapes.IsAtCategories)
        {
            categories |= escapes.ReadCategories();
        }
        else if (escapes.ReadSet() is { } set)
        {
            ranges.AddRange(set.Ranges!);
        }

        return null;
    }

    /// <param name="from">Null for a set.</param>
    /// <param name="to">Null for a set.</param>
    private void AddRange(List<(int, int)> ranges, int? from, int? to, int dash)
    {
        if (from <= to)
        {
            AddRange(ranges, from.Value, to.Value);
        }
        else if (!isStored)
        {
            throw cursor.Fault(dash, from > to
                ? "the ends of a range are in the wrong order"
                : @"a range begins or ends with a set such as \d, where it takes a character;"
                    + " put the - first or last in the class if it is one");
        }
        else if (from > to)
        {
            // An earlier version compared UTF-16 units, so a range from a low surrogate contained the characters from U+E000 on.
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

    private void AddRange(List<(int, int)> ranges, int from, int to)
    {
        if (builds)
        {
            ranges.Add((from, to));
        }
    }
}
