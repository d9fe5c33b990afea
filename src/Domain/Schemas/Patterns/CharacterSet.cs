using System.Globalization;
using System.Runtime.InteropServices;

namespace Flownally.Domain.Schemas.Patterns;

/// <summary>
/// A set of code points: ranges and general categories of Unicode. Categories are not expanded to ranges, so a set takes no more memory
/// than its text in the pattern.
/// </summary>
internal sealed class CharacterSet
{
    public const int Last = 0x10ffff;

    /// <summary>White space and line terminators (ECMA-262 §12.2, §12.3).</summary>
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

    /// <param name="ranges">Ranges in any order; they may overlap.</param>
    /// <param name="categories">Bits as in <see cref="UnicodeCategories"/>.</param>
    /// <param name="isNegated">Whether the set contains all other code points instead.</param>
    public CharacterSet(IEnumerable<(int From, int To)> ranges, uint categories = 0, bool isNegated = false)
    {
        (_ranges, _categories, _isNegated) = (Merge(ranges), categories, isNegated);
        for (var character = 0; character < 64; character++)
        {
            _lowAscii |= Find(character) ? 1UL << character : 0;
            _highAscii |= Find(character + 64) ? 1UL << character : 0;
        }
    }

    /// <summary>An estimate of the memory in bytes.</summary>
    public int Weight => 100 + (8 * _ranges.Length);

    public static CharacterSet Of(int codePoint) => new([(codePoint, codePoint)]);

    public CharacterSet Negated => new(_ranges, _categories, !_isNegated);

    /// <summary>
    /// The ranges of code points in the set; of a negated set, the gaps between the given ranges. Null if it has categories.
    /// </summary>
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
