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

    /// <returns>False where the bytes are no position: a token's digest is no secret, so anything may stand in one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out TimelinePosition position)
    {
        position = default;
        if (bytes.Length != Length || BinaryPrimitives.ReadInt64BigEndian(bytes) is not (>= 0 and var ticks) || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        position = new TimelinePosition(new DateTimeOffset(ticks, TimeSpan.Zero), new EventId(new Guid(bytes[sizeof(long)..], bigEndian: true)));
        return true;
    }
}
