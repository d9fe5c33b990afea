using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Flownally.Application.Paging;

namespace Flownally.Application.Events;

/// <summary>
/// Writes places of the feed as cursors, and reads them. A cursor names no tenant: whoever reads from it reads on in the feed of his own.
/// It is encrypted by AES_128_CBC_HMAC_SHA_256 (RFC 7518 §5.2.3) under a random IV, so that nobody sees what other tenants record: not
/// by the place, and not by whether two cursors are of one place. Decision 23.
/// </summary>
public sealed class FeedCursors : IDisposable
{
    public const int KeyBytes = 2 * HalfOfKey;

    private const int HalfOfKey = 16;
    private const int PlaceBytes = 2 * sizeof(long);
    private const int IvBytes = 16;
    private const int EncryptedBytes = PlaceBytes + 16; // PKCS #7 adds a block
    private const int TagBytes = 16;
    private const int CursorBytes = IvBytes + EncryptedBytes + TagBytes;

    /// <summary>The list that a cursor of before is good for: a page token, which is not encrypted.</summary>
    private const string PlainList = "feed 1";

    private readonly byte[] _macKey;
    private readonly Aes _cipher = Aes.Create(); // calls that encrypt a whole text keep no state in it, so threads can share it
    private readonly long _plainBefore;

    /// <param name="key">Of <see cref="KeyBytes"/> bytes.</param>
    /// <param name="plainBefore">Cursors that are not encrypted are valid for places before this transaction.</param>
    public FeedCursors(ReadOnlySpan<byte> key, long plainBefore)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        _macKey = key[..HalfOfKey].ToArray();
        _cipher.SetKey(key[HalfOfKey..]);
        _plainBefore = plainBefore;
    }

    /// <summary>The kind of text that the tag binds a cursor to (the RFC's A), followed by its length in bits (the RFC's AL).</summary>
    private static ReadOnlySpan<byte> Kind => "feed 2"u8;

    private static ReadOnlySpan<byte> BitsOfKind => [0, 0, 0, 0, 0, 0, 0, 8 * 6];

    public string Write(FeedPlace place)
    {
        Span<byte> bytes = stackalloc byte[PlaceBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, place.TransactionId);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], place.Position);
        Span<byte> cursor = stackalloc byte[CursorBytes];
        RandomNumberGenerator.Fill(cursor[..IvBytes]);
        _cipher.EncryptCbc(bytes, cursor[..IvBytes], cursor[IvBytes..^TagBytes]);
        Authenticate(cursor[..^TagBytes], cursor[^TagBytes..]);
        return Base64Url.EncodeToString(cursor);
    }

    /// <param name="cursor">Null and the empty text stand for the beginning.</param>
    /// <param name="place">Null for the beginning.</param>
    /// <returns>False where the text is no cursor that was given out.</returns>
    public bool TryRead(string? cursor, out FeedPlace? place)
    {
        place = null;
        if (string.IsNullOrEmpty(cursor))
        {
            return true;
        }

        place = Decrypt(cursor) ?? ReadPlain(cursor);
        return place is not null;
    }

    public void Dispose() => _cipher.Dispose();

    private FeedPlace? Decrypt(string cursor)
    {
        // The length of the text too: the decoder would let whitespace pass.
        if (cursor.Length != Base64Url.GetEncodedLength(CursorBytes) || !Base64Url.IsValid(cursor, out var length) || length != CursorBytes)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(cursor);
        Span<byte> tag = stackalloc byte[TagBytes];
        Authenticate(bytes[..^TagBytes], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, bytes[^TagBytes..]))
        {
            return null;
        }

        Span<byte> place = stackalloc byte[EncryptedBytes];
        _cipher.DecryptCbc(bytes[IvBytes..^TagBytes], bytes[..IvBytes], place);
        return PlaceIn(place[..PlaceBytes]);
    }

    /// <summary>Reads a cursor as they were given out before, without encryption; they stay valid.</summary>
    private FeedPlace? ReadPlain(string cursor) =>
        PageToken.TryRead(PlainList, cursor, out var bytes) && bytes.Length == PlaceBytes && PlaceIn(bytes) is var place && place.TransactionId < _plainBefore
            ? place
            : null;

    private static FeedPlace PlaceIn(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..]));

    private void Authenticate(ReadOnlySpan<byte> ivAndEncrypted, Span<byte> tag)
    {
        Span<byte> text = stackalloc byte[Kind.Length + IvBytes + EncryptedBytes + BitsOfKind.Length];
        Kind.CopyTo(text);
        ivAndEncrypted.CopyTo(text[Kind.Length..]);
        BitsOfKind.CopyTo(text[^BitsOfKind.Length..]);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_macKey, text, hash);
        hash[..TagBytes].CopyTo(tag);
    }
}
