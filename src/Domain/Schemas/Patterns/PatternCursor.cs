using System.Globalization;

namespace Flownally.Domain.Schemas.Patterns;

/// <summary>The text of a pattern, and the position up to which it has been read.</summary>
internal sealed class PatternCursor(string text)
{
    public int Position { get; set; }

    public bool HasMore => Position < text.Length;

    /// <summary>The next UTF-16 unit to read.</summary>
    public char Current => text[Position];

    /// <summary>The unit after <see cref="Current"/>; null at the end.</summary>
    public char? Next => Position + 1 < text.Length ? text[Position + 1] : null;

    public ReadOnlySpan<char> Rest => text.AsSpan(Position);

    /// <summary>The text from a position to the current one.</summary>
    public string TextSince(int start) => text[start..Position];

    public int ReadCodePoint()
    {
        var unit = text[Position++];
        return char.IsHighSurrogate(unit) && HasMore && char.IsLowSurrogate(Current) ? char.ConvertToUtf32(unit, text[Position++]) : unit;
    }

    /// <summary>Reads a decimal number; a larger number than <see cref="int.MaxValue"/> counts as it.</summary>
    /// <returns>Null, with nothing read, if there is no digit.</returns>
    public int? ReadNumber()
    {
        var start = Position;
        while (HasMore && char.IsAsciiDigit(Current))
        {
            Position++;
        }

        return Position == start ? null
            : int.TryParse(text.AsSpan(start, Position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : int.MaxValue;
    }

    /// <summary>The error for a position. It counts characters, not UTF-16 units.</summary>
    public FormatException Fault(int position, string reason)
    {
        var characters = 0;
        foreach (var _ in text.AsSpan(0, position).EnumerateRunes())
        {
            characters++;
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"At character {characters + 1} of the pattern {reason}."));
    }
}
