using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Flownally.Application.Paging;

namespace Flownally.Application.Feed;

/// <summary>
/// Writes places of the feed as cursors and reads them. A cursor contains no tenant: it reads the feed of the tenant that sends it.
/// Cursors are encrypted with AES_128_CBC_HMAC_SHA_256 (RFC 7518 §5.2.3) and a random IV, so that they reveal nothing about the events
/// of other tenants, not even whether two cursors have the same place. Decision 23.
/// </summary>
public sealed class FeedCursors : IDisposable
{
    public const int KeyBytes = 2 * HalfKeyBytes;

    private const int HalfKeyBytes = 16;
    private const int PlaceBytes = 2 * sizeof(long);
    private const int IvBytes = 16;
    private const int EncryptedBytes = PlaceBytes + 16; // PKCS #7 adds one block of padding
    private const int TagBytes = 16;
    private const int CursorBytes = IvBytes + EncryptedBytes + TagBytes;

    /// <summary>The list of the page tokens that served as cursors before cursors were encrypted.</summary>
    private const string PlainList = "feed 1";

    /// <summary>Per thread, because key setup would be most of the cost of a cursor, and a stream writes one per event.</summary>
    private readonly ThreadLocal<Keys> _keys;
    private readonly long _plainBefore;

    /// <param name="key"><see cref="KeyBytes"/> bytes.</param>
    /// <param name="plainBefore">Unencrypted cursors are valid for places before this transaction.</param>
    public FeedCursors(ReadOnlySpan<byte> key, long plainBefore)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        var (mac, cipher) = (key[..HalfKeyBytes].ToArray(), key[HalfKeyBytes..].ToArray());
        _keys = new ThreadLocal<Keys>(() => new Keys(mac, cipher), trackAllValues: true);
        _plainBefore = plainBefore;
    }

    /// <summary>The associated data of RFC 7518 (A), and its length in bits (AL): the version of the cursor's format.</summary>
    private static ReadOnlySpan<byte> AssociatedData => "feed 2"u8;

    private static ReadOnlySpan<byte> AssociatedDataBits => [0, 0, 0, 0, 0, 0, 0, 8 * 6];

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

    /// <param name="cursor">Null or empty for the beginning.</param>
    /// <param name="place">Null for the beginning.</param>
    /// <returns>False if the text is not a cursor of this service.</returns>
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
        // The decoder ignores whitespace, so the length of the text is checked, too.
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
        return ReadPlace(place[..PlaceBytes]);
    }

    /// <summary>Reads an unencrypted cursor from an earlier version of the service.</summary>
    private FeedPlace? ReadPlain(string cursor) => PageToken.TryRead(PlainList, cursor, out var bytes) && bytes.Length == PlaceBytes
        && ReadPlace(bytes) is var place && place.TransactionId < _plainBefore
            ? place
            : null;

    private static FeedPlace ReadPlace(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..]));

    /// <summary>The two halves of the key, prepared for one thread.</summary>
    private sealed class Keys : IDisposable
    {
        private readonly IncrementalHash _mac;
        private readonly Aes _cipher = Aes.Create();
        private readonly ICryptoTransform _block;
        private readonly byte[] _buffer = new byte[IvBytes];

        public Keys(byte[] mac, byte[] cipher)
        {
            _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, mac);
            _cipher.Mode = CipherMode.ECB; // EncryptBlock chains the blocks: the framework's CBC would repeat the key setup for each IV
            _cipher.Padding = PaddingMode.None;
            _cipher.SetKey(cipher);
            _block = _cipher.CreateEncryptor();
        }

        /// <summary>AES-CBC with PKCS #7. The place is exactly one block, so a whole block of padding follows.</summary>
        public void Encrypt(ReadOnlySpan<byte> place, ReadOnlySpan<byte> iv, Span<byte> encrypted)
        {
            Span<byte> padding = stackalloc byte[IvBytes];
            padding.Fill(IvBytes);
            EncryptBlock(place, iv, encrypted[..IvBytes]);
            EncryptBlock(padding, encrypted[..IvBytes], encrypted[IvBytes..]);
        }

        public void Decrypt(ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> iv, Span<byte> place) =>
            _cipher.DecryptCbc(encrypted, iv, place);

        public void Authenticate(ReadOnlySpan<byte> ivAndEncrypted, Span<byte> tag)
        {
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            _mac.AppendData(AssociatedData);
            _mac.AppendData(ivAndEncrypted);
            _mac.AppendData(AssociatedDataBits);
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
