using System.Buffers.Binary;

namespace Flownally.Domain.Ids;

/// <summary>
/// The text of an id: a prefix, then the 128 bits of its UUID as 26 upper-case characters of Crockford's base32,
/// which sort like the UUIDs. Each id has one spelling: lower case and the look-alikes I, L, O, U are refused.
/// Source: https://www.crockford.com/base32.html.
/// </summary>
public static class IdText
{
    /// <summary>Characters after the prefix: 26 × 5 bits contain 128, so the first character is at most 7.</summary>
    public const int Length = 26;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static string Format(string prefix, Guid id) =>
        string.Create(prefix.Length + Length, (prefix, id), static (text, state) =>
        {
            state.prefix.CopyTo(text);
            Span<byte> bytes = stackalloc byte[16];
            state.id.TryWriteBytes(bytes, bigEndian: true, out _);
            var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
            for (var i = text.Length - 1; i >= state.prefix.Length; i--, bits >>= 5)
            {
                text[i] = Alphabet[(int)(bits & 31)];
            }
        });

    /// <summary>The error for a malformed id.</summary>
    /// <param name="owner">The kind of resource, with its article.</param>
    public static FormatException Malformed(string owner, string prefix) =>
        new($"The id of {owner} consists of {prefix} and {Length} characters of 0-9 and A-Z without I, L, O and U.");

    public static bool TryParse(string prefix, ReadOnlySpan<char> text, out Guid id)
    {
        id = default;
        if (text.Length != prefix.Length + Length || !text.StartsWith(prefix, StringComparison.Ordinal)
            || text[prefix.Length] > '7')
        {
            return false;
        }

        UInt128 bits = 0;
        foreach (var character in text[prefix.Length..])
        {
            var digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            bits = (bits << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        id = new Guid(bytes, bigEndian: true);
        return true;
    }
}
