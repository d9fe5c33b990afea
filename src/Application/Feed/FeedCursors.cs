using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Flownally.Application.Paging;

namespace Flownally.Application.Feed;

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

    /// <summary>A stream writes a cursor for each event; setting up the keys each time would cost most of it.</summary>
    private readonly ThreadLocal<Keys> _keys;
    private readonly long _plainBefore;

    /// <param name="key">Of <see cref="KeyBytes"/> bytes.</param>
    /// <param name="plainBefore">Cursors that are not encrypted are valid for places before this transaction.</param>
    public FeedCursors(ReadOnlySpan<byte> key, long plainBefore)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        var (mac, cipher) = (key[..HalfOfKey].ToArray(), key[HalfOfKey..].ToArray());
        _keys = new ThreadLocal<Keys>(() => new Keys(mac, cipher), trackAllValues: true);
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
        var keys = _keys.Value!;
        keys.Encrypt(bytes, cursor[..IvBytes], cursor[IvBytes..^TagBytes]);
        keys.Authenticate(cursor[..^TagBytes], cursor[^TagBytes..]);
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

    public void Dispose()
    {
        foreach (var keys in _keys.Values)
        {
            keys.Dispose();
        }

        _keys.Dispose();
    }

    private FeedPlace? Decrypt(string cursor)
    {
        // The length of the text too: the decoder would let whitespace pass.
        if (cursor.Length != Base64Url.GetEncodedLength(CursorBytes) || !Base64Url.IsValid(cursor, out var length) || length != CursorBytes)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(cursor);
        Span<byte> tag = stackalloc byte[TagBytes];
        var keys = _keys.Value!;
        keys.Authenticate(bytes[..^TagBytes], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, bytes[^TagBytes..]))
        {
            return null;
        }

        Span<byte> place = stackalloc byte[EncryptedBytes];
        keys.Decrypt(bytes[IvBytes..^TagBytes], bytes[..IvBytes], place);
        return PlaceIn(place[..PlaceBytes]);
    }

    /// <summary>Reads a cursor as they were given out before, without encryption; they stay valid.</summary>
    private FeedPlace? ReadPlain(string cursor) =>
        PageToken.TryRead(PlainList, cursor, out var bytes) && bytes.Length == PlaceBytes && PlaceIn(bytes) is var place && place.TransactionId < _plainBefore
            ? place
            : null;

    private static FeedPlace PlaceIn(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..]));

    /// <summary>The two halves of the key, set up for one thread.</summary>
    private sealed class Keys : IDisposable
    {
        private readonly IncrementalHash _mac;
        private readonly Aes _cipher = Aes.Create();
        private readonly ICryptoTransform _block;
        private readonly byte[] _buffer = new byte[IvBytes];

        public Keys(byte[] mac, byte[] cipher)
        {
            _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, mac);
            _cipher.Mode = CipherMode.ECB; // of single blocks, which make up CBC below: the framework's CBC would set up the key for each IV
            _cipher.Padding = PaddingMode.None;
            _cipher.SetKey(cipher);
            _block = _cipher.CreateEncryptor();
        }

        /// <summary>AES-CBC with the padding of PKCS #7: of one block, so that a block of padding follows.</summary>
        public void Encrypt(ReadOnlySpan<byte> place, ReadOnlySpan<byte> iv, Span<byte> encrypted)
        {
            Span<byte> padding = stackalloc byte[IvBytes];
            padding.Fill(IvBytes);
            EncryptBlock(place, iv, encrypted[..IvBytes]);
            EncryptBlock(padding, encrypted[..IvBytes], encrypted[IvBytes..]);
        }

        public void Decrypt(ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> iv, Span<byte> place) => _cipher.DecryptCbc(encrypted, iv, place);

        public void Authenticate(ReadOnlySpan<byte> ivAndEncrypted, Span<byte> tag)
        {
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            _mac.AppendData(Kind);
            _mac.AppendData(ivAndEncrypted);
            _mac.AppendData(BitsOfKind);
            _mac.GetHashAndReset(hash);
            hash[..TagBytes].CopyTo(tag);
        }

        public void Dispose()
        {
            _mac.Dispose();
            _block.Dispose();
            _cipher.Dispose();
        }

        private void EncryptBlock(ReadOnlySpan<byte> block, ReadOnlySpan<byte> previous, Span<byte> encrypted)
        {
            for (var i = 0; i < _buffer.Length; i++)
            {
                _buffer[i] = (byte)(block[i] ^ previous[i]);
            }

            _block.TransformBlock(_buffer, 0, _buffer.Length, _buffer, 0);
            _buffer.CopyTo(encrypted);
        }
    }
}
