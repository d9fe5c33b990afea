using System.Globalization;
using System.Runtime.InteropServices;

namespace Flownally.Domain.Schemas.Patterns;

/// <summary>
/// A set of code points: ranges, and whole categories of Unicode. A category is asked for, not written out as its ranges, so a set is as
/// small as the pattern's text that describes it.
/// </summary>
internal sealed class CharacterSet
{
    public const int Last = 0x10ffff;

    /// <summary>ECMA-262 §12.2 and §12.3: white space and line terminators.</summary>
    private static readonly (int From, int To)[] Spaces =
    [
        ('\t', '\r'), (' ', ' '), (0xa0, 0xa0), (0x1680, 0x1680), (0x2000, 0x200a), (0x2028, 0x2029), (0x202f, 0x202f),
        (0x205f, 0x205f), (0x3000, 0x3000), (0xfeff, 0xfeff),
    ];

    public static readonly CharacterSet Digits = new([('0', '9')]);
    public static readonly CharacterSet WordCharacters = new([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]);
    public static readonly CharacterSet WhiteSpace = new(Spaces);
    public static readonly CharacterSet LineTerminators = new([('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)]);

    private readonly (int From, int To)[] _ranges;
    private readonly uint _categories;
    private readonly bool _isNegated;
    private readonly ulong _lowAscii;
    private readonly ulong _highAscii;

    /// <param name="ranges">In any order; they may overlap.</param>
    /// <param name="categories">A bit for each <see cref="UnicodeCategory"/> that belongs to the set.</param>
    /// <param name="isNegated">The set is all that these do not hold.</param>
    public CharacterSet(IEnumerable<(int From, int To)> ranges, uint categories = 0, bool isNegated = false)
    {
        (_ranges, _categories, _isNegated) = (Merge(ranges), categories, isNegated);
        for (var character = 0; character < 64; character++)
        {
            _lowAscii |= Find(character) ? 1UL << character : 0;
            _highAscii |= Find(character + 64) ? 1UL << character : 0;
        }
    }

    /// <summary>Bytes, as an estimate.</summary>
    public int Weight => 100 + (8 * _ranges.Length);

    public CharacterSet Negated => new(_ranges, _categories, !_isNegated);

    /// <summary>The ranges, a negated set's too; null where the set speaks of categories.</summary>
    public IEnumerable<(int From, int To)>? Ranges => _categories != 0 ? null : _isNegated ? Gaps() : _ranges;

    public bool Contains(int codePoint) => codePoint < 64 ? (_lowAscii >> codePoint & 1) != 0
        : codePoint < 128 ? (_highAscii >> (codePoint - 64) & 1) != 0
        : Find(codePoint);

    private bool Find(int codePoint)
    {
        var isListed = _categories != 0 && (_categories >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint) & 1) != 0;
        var (low, high) = (0, _ranges.Length - 1);
        while (!isListed && low <= high)
        {
            var middle = (low + high) / 2;
            isListed = _ranges[middle].From <= codePoint && codePoint <= _ranges[middle].To;
            (low, high) = codePoint > _ranges[middle].To ? (middle + 1, high) : (low, middle - 1);
        }

        return isListed != _isNegated;
    }

    private IEnumerable<(int From, int To)> Gaps()
    {
        var next = 0;
        foreach (var (from, to) in _ranges)
        {
            if (from > next)
            {
                yield return (next, from - 1);
            }

            next = to + 1;
        }

        if (next <= Last)
        {
            yield return (next, Last);
        }
    }

    private static (int From, int To)[] Merge(IEnumerable<(int From, int To)> ranges)
    {
        List<(int From, int To)> merged = [];
        foreach (var range in ranges.OrderBy(range => range.From))
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + 1)
            {
                CollectionsMarshal.AsSpan(merged)[^1].To = Math.Max(merged[^1].To, range.To);
            }
            else
            {
                merged.Add(range);
            }
        }

        return [.. merged];
    }
}
