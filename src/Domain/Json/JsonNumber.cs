using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Flownally.Domain.Json;

/// <summary>
/// The exact decimal value of a JSON number: significand × 10^exponent. The significand has no trailing zeros, so each value has one
/// form. Comparisons do not expand the power of ten, so 1e1000000 costs no more than 1.
/// </summary>
public readonly struct JsonNumber : IEquatable<JsonNumber>, IComparable<JsonNumber>
{
    /// <summary>Larger exponents count as this one. Requests cannot contain such numbers: <see cref="JsonText.MaxExponent"/>.</summary>
    private const long MaxExponent = 1_000_000_000_000;

    /// <summary>The largest exponent that <see cref="Floor"/> expands to add to it.</summary>
    private const int MaxExpandedExponent = 1_000;

    private readonly BigInteger _significand;
    private readonly long _exponent;
    private readonly int _digits;

    private JsonNumber(BigInteger significand, long exponent, int digits) =>
        (_significand, _exponent, _digits) = (significand, exponent, digits);

    public bool IsInteger => _exponent >= 0;

    public int Sign => _significand.Sign;

    /// <param name="utf8">A number in the grammar of JSON (RFC 8259 §6).</param>
    public static JsonNumber Parse(ReadOnlySpan<byte> utf8)
    {
        if (IsPlainInteger(utf8) && utf8.Length < 10 && Utf8Parser.TryParse(utf8, out int plain, out _))
        {
            return OfInt32(plain);
        }

        var exponentMark = utf8.IndexOfAny((byte)'e', (byte)'E');
        var decimals = exponentMark < 0 ? utf8 : utf8[..exponentMark];
        var negative = decimals[0] == '-';
        decimals = negative ? decimals[1..] : decimals;
        var point = decimals.IndexOf((byte)'.');
        var exponent = (exponentMark < 0 ? 0 : ParseExponent(utf8[(exponentMark + 1)..])) - (point < 0 ? 0 : decimals.Length - point - 1);

        Span<byte> digits = decimals.Length <= 64 ? stackalloc byte[decimals.Length] : new byte[decimals.Length];
        decimals.CopyTo(digits);
        if (point >= 0)
        {
            digits[(point + 1)..].CopyTo(digits[point..]);
            digits = digits[..^1];
        }

        digits = digits.TrimStart((byte)'0');
        var trimmed = digits.TrimEnd((byte)'0');
        if (trimmed.IsEmpty)
        {
            return default;
        }

        var significand = trimmed.Length <= 18 && Utf8Parser.TryParse(trimmed, out long small, out _)
            ? small
            : BigInteger.Parse(Encoding.ASCII.GetString(trimmed), NumberStyles.None, CultureInfo.InvariantCulture);
        return new JsonNumber(negative ? -significand : significand, exponent + digits.Length - trimmed.Length, trimmed.Length);
    }

    public static JsonNumber Of(int value) => OfInt32(value);

    /// <summary>Whether a JSON number has neither a fraction nor an exponent.</summary>
    public static bool IsPlainInteger(ReadOnlySpan<byte> utf8) => !utf8.ContainsAny((byte)'.', (byte)'e', (byte)'E');

    /// <param name="divisor">Not zero.</param>
    public bool IsMultipleOf(JsonNumber divisor)
    {
        // The significand has no factor 10, so it cannot compensate for a smaller exponent.
        var shift = _exponent - divisor._exponent;
        return Sign == 0 || (shift >= 0
            && (_significand * BigInteger.ModPow(10, shift, BigInteger.Abs(divisor._significand)) % divisor._significand).IsZero);
    }

    /// <summary>The largest whole number that is not greater than this number, plus <paramref name="offset"/>.</summary>
    /// <returns>Null if the result would need more than <see cref="MaxExpandedExponent"/> zeros.</returns>
    public JsonNumber? Floor(int offset = 0)
    {
        if (IsInteger)
        {
            return offset == 0 ? this
                : _exponent <= MaxExpandedExponent ? OfWhole((_significand * BigInteger.Pow(10, (int)_exponent)) + offset)
                : null;
        }

        // An absolute value below 1 needs no power of ten. Otherwise the power has fewer digits than the significand.
        var whole = _exponent + _digits <= 0 ? BigInteger.Zero : BigInteger.Divide(_significand, BigInteger.Pow(10, (int)-_exponent));
        return OfWhole(whole + (Sign < 0 ? -1 : 0) + offset);
    }

    public int CompareTo(JsonNumber other)
    {
        if (Sign != other.Sign || Sign == 0)
        {
            return Sign.CompareTo(other.Sign);
        }

        if (_exponent == other._exponent)
        {
            return _significand.CompareTo(other._significand);
        }

        var magnitude = (_exponent + _digits).CompareTo(other._exponent + other._digits);
        if (magnitude != 0)
        {
            return Sign * magnitude;
        }

        // Both numbers have equally many digits before the point, so the exponents differ by at most the number of digits.
        return _exponent >= other._exponent
            ? (_significand * BigInteger.Pow(10, (int)(_exponent - other._exponent))).CompareTo(other._significand)
            : -other.CompareTo(this);
    }

    public bool Equals(JsonNumber other) => _exponent == other._exponent && _significand == other._significand;

    public override bool Equals(object? obj) => obj is JsonNumber other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_significand, _exponent);

    /// <summary>A JSON number; equal values give the same text.</summary>
    public override string ToString() => _exponent == 0
        ? _significand.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{_significand}e{_exponent}");

    public static bool operator ==(JsonNumber left, JsonNumber right) => left.Equals(right);

    public static bool operator !=(JsonNumber left, JsonNumber right) => !left.Equals(right);

    public static bool operator <(JsonNumber left, JsonNumber right) => left.CompareTo(right) < 0;

    public static bool operator >(JsonNumber left, JsonNumber right) => left.CompareTo(right) > 0;

    public static bool operator <=(JsonNumber left, JsonNumber right) => left.CompareTo(right) <= 0;

    public static bool operator >=(JsonNumber left, JsonNumber right) => left.CompareTo(right) >= 0;

    private static JsonNumber OfWhole(BigInteger value) =>
        Parse(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

    private static JsonNumber OfInt32(int value)
    {
        if (value == 0)
        {
            return default;
        }

        var exponent = 0;
        for (; value % 10 == 0; value /= 10)
        {
            exponent++;
        }

        var digits = 0;
        for (var rest = value; rest != 0; rest /= 10)
        {
            digits++;
        }

        return new JsonNumber(value, exponent, digits);
    }

    private static long ParseExponent(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == '-';
        var digits = text.TrimStart("+-"u8).TrimStart((byte)'0');
        var value = digits.Length > 12 ? MaxExponent : Utf8Parser.TryParse(digits, out long small, out _) ? small : 0;
        return negative ? -value : value;
    }
}
