using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Flownally.Domain.Ids;

/// <summary>
/// Makes uuids of version 7 that ascend within this process, so that the newest id is the newest record.
/// The 12 bits after the millisecond hold its fraction (RFC 9562 §6.2, method 3); 62 bits stay random.
/// Ids ascend while the clock goes back by up to <see cref="LongestStepBack"/>. Beyond that they follow the clock (RFC 9562 §6.2, clock
/// rollbacks): a clock that was far ahead for one call must not date all later records into a month that has no partition yet.
/// </summary>
public sealed class IdGenerator(TimeProvider clock)
{
    private const int FractionBits = 12;
    private const long FractionsPerMillisecond = 1 << FractionBits;

    /// <summary>NTP steps a clock by less, unless it was wrong.</summary>
    public static readonly TimeSpan LongestStepBack = TimeSpan.FromSeconds(10);

    /// <summary>How far the latest id may lie ahead of the clock.</summary>
    private readonly long _lead = (long)LongestStepBack.TotalMilliseconds << FractionBits;
    private long _latest;

    /// <param name="after">An id that all to be made follow, whatever the clock says and however far it goes back: of version 7, or of zeros.</param>
    public IdGenerator(TimeProvider clock, Guid after)
        : this(clock)
    {
        Span<byte> bytes = stackalloc byte[16];
        after.TryWriteBytes(bytes, bigEndian: true, out _);
        var first = BinaryPrimitives.ReadInt64BigEndian(bytes);
        _latest = (first >>> 16 << FractionBits) | (first & (FractionsPerMillisecond - 1));
        _lead = long.MaxValue;
    }

    public Guid Next()
    {
        var now = clock.GetUtcNow();
        var milliseconds = now.ToUnixTimeMilliseconds();
        var fraction = now.Ticks % TimeSpan.TicksPerMillisecond * FractionsPerMillisecond / TimeSpan.TicksPerMillisecond;
        var instant = Later((milliseconds << FractionBits) | fraction);

        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[8..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (instant >> FractionBits << 16) | (instant & (FractionsPerMillisecond - 1)));
        bytes[6] |= 0x70; // version 7
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F)); // variant of RFC 9562
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The millisecond at which an id of version 7 was made.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }

    /// <summary>The instant asked for, or the one after the latest where the clock stood still or went back a little.</summary>
    private long Later(long instant)
    {
        while (true)
        {
            var latest = Volatile.Read(ref _latest);
            var next = latest - instant > _lead ? instant : Math.Max(instant, latest + 1);
            if (Interlocked.CompareExchange(ref _latest, next, latest) == latest)
            {
                return next;
            }
        }
    }
}
