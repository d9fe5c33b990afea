using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Flownally.Domain.Ids;

/// <summary>
/// Creates UUIDs of version 7 that ascend within this process, so that ids sort by creation.
/// The 12 bits after the millisecond contain its fraction (RFC 9562 §6.2, method 3); 62 bits are random.
/// Ids ascend even if the clock steps back by up to <see cref="MaxClockStepBack"/>. After a longer step they follow the clock (RFC 9562
/// §6.2, clock rollbacks): one reading far in the future must not date all later records into a month that has no partition yet.
/// </summary>
public sealed class IdGenerator(TimeProvider clock)
{
    private const int FractionBits = 12;
    private const long FractionsPerMillisecond = 1 << FractionBits;

    /// <summary>NTP corrects a working clock by less.</summary>
    public static readonly TimeSpan MaxClockStepBack = TimeSpan.FromSeconds(10);

    /// <summary>The maximum by which the latest id may be ahead of the clock, in units of the fraction.</summary>
    private readonly long _maxLead = (long)MaxClockStepBack.TotalMilliseconds << FractionBits;
    private long _latest;

    /// <param name="after">A UUID of version 7, or of zeros. All new ids follow it, however far the clock steps back.</param>
    public IdGenerator(TimeProvider clock, Guid after)
        : this(clock)
    {
        Span<byte> bytes = stackalloc byte[16];
        after.TryWriteBytes(bytes, bigEndian: true, out _);
        var first = BinaryPrimitives.ReadInt64BigEndian(bytes);
        _latest = (first >>> 16 << FractionBits) | (first & (FractionsPerMillisecond - 1));
        _maxLead = long.MaxValue;
    }

    public Guid Next()
    {
        var now = clock.GetUtcNow();
        var milliseconds = now.ToUnixTimeMilliseconds();
        var fraction = now.Ticks % TimeSpan.TicksPerMillisecond * FractionsPerMillisecond / TimeSpan.TicksPerMillisecond;
        var instant = Advance((milliseconds << FractionBits) | fraction);

        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[8..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (instant >> FractionBits << 16) | (instant & (FractionsPerMillisecond - 1)));
        bytes[6] |= 0x70; // version 7
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F)); // variant of RFC 9562
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The creation time in a UUID of version 7, in milliseconds.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }

    /// <returns>The given instant, or the one after the latest if the clock stood still or stepped back a little.</returns>
    private long Advance(long instant)
    {
        while (true)
        {
            var latest = Volatile.Read(ref _latest);
            var next = latest - instant > _maxLead ? instant : Math.Max(instant, latest + 1);
            if (Interlocked.CompareExchange(ref _latest, next, latest) == latest)
            {
                return next;
            }
        }
    }
}
