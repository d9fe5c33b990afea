using System.Buffers.Binary;
using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>How far a walk through the entries of a journey has come that delivers them again.</summary>
/// <param name="Began">When the walk began, by PostgreSQL's clock. What was asked for again since then is not asked for once more.</param>
/// <param name="Last">The last entry that was taken up.</param>
public readonly record struct RedeliveryPlace(DateTimeOffset Began, JourneyEntryId Last)
{
    private const int Length = sizeof(long) + 16;

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Began.UtcTicks);
        Last.Value.TryWriteBytes(bytes.AsSpan(sizeof(long)), bigEndian: true, out _);
        return bytes;
    }

    /// <returns>False where the bytes are no place: a token's digest is no secret, so anything may stand in one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RedeliveryPlace place)
    {
        place = default;
        if (bytes.Length != Length || BinaryPrimitives.ReadInt64BigEndian(bytes) is not (>= 0 and var ticks)
            || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        var last = new JourneyEntryId(new Guid(bytes[sizeof(long)..], bigEndian: true));
        place = new RedeliveryPlace(new DateTimeOffset(ticks, TimeSpan.Zero), last);
        return true;
    }
}
