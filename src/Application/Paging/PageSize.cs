using System.Diagnostics.CodeAnalysis;

namespace Flownally.Application.Paging;

/// <summary>The number of records per page: 1 to <see cref="Max"/> (default 50); larger values count as <see cref="Max"/>.</summary>
public readonly record struct PageSize : IParsable<PageSize>
{
    public const int Max = 200;

    public static readonly PageSize Default = new(50);

    private PageSize(int value) => Value = value;

    public int Value { get; }

    public static PageSize Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var size)
            ? size
            : throw new FormatException($"A page size is a whole number from 1 to {Max}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PageSize result)
    {
        var digits = s.AsSpan().TrimStart('0');
        result = new PageSize(digits.Length > 3 ? Max : Math.Min(Max, int.TryParse(digits, out var number) ? number : Max));
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9');
    }
}
