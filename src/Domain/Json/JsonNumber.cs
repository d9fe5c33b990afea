using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Flownally.Domain.Json;

/// <summary>
/// A JSON number as the exact decimal that its text says: significand × 10^exponent, the significand without trailing
/// zeros, so that each value has one form. No power of ten is ever written out, so 1e1000000 costs no more than 1.
/// </summary>
public readonly struct JsonNumber : IEquatable<JsonNumber>, IComparable<JsonNumber>
{
    /// <summary>Beyond it exponents no longer differ; the limits of requests lie far below.</summary>
    private const long FarthestExponent = 1_000_000_000_000;

    /// <summary>Zeros that a whole number is written out with, to count on from it.</summary>
    private const int MostZeros = 1_000;

    private readonly BigInteger _significand;
    private readonly long _exponent;
    private readonly int _digits;

    private JsonNumber(BigInteger significand, long exponent, int digits) =>
        (_significand, _exponent, _digits) = (significand, exponent, digits);

    public bool IsInteger => _exponent >= 0;

    public int Sign => _significand.Sign;

    /// <summary>Reads a number in JSON's grammar (RFC 8259 §6).</summary>
    public static JsonNumber Parse(ReadOnlySpan<byte> utf8)
    {
        if (IsPlainInteger(utf8) && utf8.Length < 10 && Utf8Parser.TryParse(utf8, out int plain, out _))
        {
            return OfPlain(plain);
        }

        var mark = utf8.IndexOfAny((byte)'e', (byte)'E');
        var decimals = mark < 0 ? utf8 : utf8[..mark];
        var negative = decimals[0] == '-';
        decimals = negative ? decimals[1..] : decimals;
        var point = decimals.IndexOf((byte)'.');
        var exponent = (mark < 0 ? 0 : ParseExponent(utf8[(mark + 1)..])) - (point < 0 ? 0 : decimals.Length - point - 1);

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

    public static JsonNumber Of(int value) => OfPlain(value);

    /// <summary>Whether the text is digits with at most a sign: no fraction, no exponent.</summary>
    public static bool IsPlainInteger(ReadOnlySpan<byte> utf8) => !utf8.ContainsAny((byte)'.', (byte)'e', (byte)'E');

    /// <summary>Whether this is a whole number of times the divisor, which is not zero.</summary>
    public bool IsMultipleOf(JsonNumber divisor)
    {
        // A significand has no factor ten left, so it cannot make up for a smaller exponent.
        var shift = _exponent - divisor._exponent;
        return Sign == 0 || (shift >= 0
            && (_significand * BigInteger.ModPow(10, shift, BigInteger.Abs(divisor._significand)) % divisor._significand).IsZero);
    }

    /// <summary>The largest whole number that is no larger, and so many more.</summary>
    /// <returns>Null where it would have to be written out with very many zeros.</returns>
    public JsonNumber? Floor(int more = 0)
    {
        if (IsInteger)
        {
            return more == 0 ? this
                : _exponent <= MostZeros ? OfWhole((_significand * BigInteger.Pow(10, (int)_exponent)) + more)
                : null;
        }

        // Below 1 whatever the exponent; else fewer digits are cut off than there are.
        var whole = _exponent + _digits <= 0 ? BigInteger.Zero : BigInteger.Divide(_significand, BigInteger.Pow(10, (int)-_exponent));
        return OfWhole(whole + (Sign < 0 ? -1 : 0) + more);
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

        // Equally many digits before the point: the exponents differ by no more than the digits do.
        return _exponent >= other._exponent
            ? (_significand * BigInteger.Pow(10, (int)(_exponent - other._exponent))).CompareTo(other._significand)
            : -other.CompareTo(this);
    }

    public bool Equals(JsonNumber other) => _exponent == other._exponent && _significand == other._significand;

    public override bool Equals(object? obj) => obj is JsonNumber other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_significand, _exponent);

    /// <summary>The same text for the same value, itself a JSON number.</summary>
    public override string ToString() => _exponent == 0
        ? _significand.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{_significand}e{_exponent}");

    public static bool operator ==(JsonNumber left, JsonNumber right) => left.Equals(right);

    public static bool operator !=(JsonNumber left, JsonNumber right) => !left.Equals(right);

    public static bool operator <(JsonNumber left, JsonNumber right) => left.CompareTo(right) < 0;

    public static bool operator >(JsonNumber left, JsonNumber right) => left.CompareTo(right) > 0;

    public static bool operator <=(JsonNumber left, JsonNumber right) => left.CompareTo(right) <= 0;

    public static bool operator >=(JsonNumber left, JsonNumber right) => left.CompareTo(right) >= 0;

    private static JsonNumber OfWhole(BigInteger value) => Parse(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

    private static JsonNumber OfPlain(int value)
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
        var value = digits.Length > 12 ? FarthestExponent : Utf8Parser.TryParse(digits, out long small, out _) ? small : 0;
        return negative ? -value : value;
    }
}
