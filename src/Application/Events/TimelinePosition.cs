using System.Buffers.Binary;
using Flownally.Domain.Events;

namespace Flownally.Application.Events;

/// <summary>The place of an event in its contact's timeline.</summary>
public readonly record struct TimelinePosition(DateTimeOffset OccurredAt, EventId Id)
{
    private const int Length = sizeof(long) + 16;

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, OccurredAt.UtcTicks);
        Id.Value.TryWriteBytes(bytes.AsSpan(sizeof(long)), bigEndian: true, out _);
        return bytes;
    }

    public static TimelinePosition FromBytes(ReadOnlySpan<byte> bytes) => new(
        new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(bytes), TimeSpan.Zero),
        new EventId(new Guid(bytes[sizeof(long)..], bigEndian: true)));
}
