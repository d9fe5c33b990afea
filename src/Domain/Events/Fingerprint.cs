using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Flownally.Domain.Contacts;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;

namespace Flownally.Domain.Events;

/// <summary>
/// Equal for requests that record the same event: the first 128 bits of a SHA-256 over contact, type, payload as a JSON value,
/// and the instant of <c>occurredAt</c> as the client sent it. An absent <c>occurredAt</c> equals only an absent one.
/// </summary>
public readonly record struct Fingerprint(UInt128 Value)
{
    public static Fingerprint Of(ContactId contact, EventTypeId type, Payload payload, DateTimeOffset? occurredAt)
    {
        var text = new ArrayBufferWriter<byte>(256);
        type.Value.TryWriteBytes(text.GetSpan(16), bigEndian: true, out var written);
        text.Advance(written);
        BinaryPrimitives.WriteInt64BigEndian(text.GetSpan(8), occurredAt?.UtcTicks ?? -1);
        text.Advance(sizeof(long));
        Encoding.UTF8.GetBytes(contact.Value, text);
        text.Write("\0"u8); // a contact id cannot contain NUL, so this separates it from the payload
        CanonicalJson.Write(payload.Json, text);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text.WrittenSpan, hash);
        return FromBytes(hash[..16]);
    }

    public static Fingerprint FromBytes(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public byte[] ToBytes()
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return bytes;
    }
}
