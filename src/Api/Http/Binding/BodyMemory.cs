using System.Buffers;
using System.Runtime.InteropServices;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Bounds the bodies that are held for one tenant at the same time. A body of 8 MiB can take many times that while it is worked on, so
/// without a bound a few dozen calls would take all memory.
/// </summary>
internal sealed class BodyMemory
{
    /// <summary>Of a body that counts for nothing: most are far smaller.</summary>
    public const int SmallBytes = 16 * 1024;

    /// <summary>In bytes.</summary>
    public const long MostOfTenant = 16 * 1024 * 1024;

    /// <summary>Of our own, because the shared one keeps arrays of every size for each thread.</summary>
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(maxArrayLength: 16 * 1024 * 1024, maxArraysPerBucket: 2);

    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, long> _held = [];

    /// <summary>Begins to hold a body. Disposing it gives back what was taken.</summary>
    public Body Of(TenantId tenant) => new(this, tenant);

    private bool TryTake(TenantId tenant, int bytes)
    {
        lock (_gate)
        {
            ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_held, tenant, out _);
            var fits = held + bytes <= MostOfTenant;
            held += fits ? bytes : 0;
            return fits;
        }
    }

    private void GiveBack(TenantId tenant, long bytes)
    {
        lock (_gate)
        {
            if ((_held[tenant] -= bytes) == 0)
            {
                _held.Remove(tenant);
            }
        }
    }

    /// <summary>A body that is being held, in memory that is used again.</summary>
    internal sealed class Body(BodyMemory memory, TenantId tenant) : IDisposable
    {
        private byte[] _buffer = [];
        private int _length;
        private long _taken;

        public ReadOnlyMemory<byte> Utf8 => _buffer.AsMemory(0, _length);

        /// <summary>Reads a body to its end. Room for what it announces is taken first, so that not even that can be too much.</summary>
        /// <param name="limit">The most bytes of the body. The source throws where there are more.</param>
        /// <returns>False where the tenant holds too much already.</returns>
        public async Task<bool> TryReadAsync(Stream source, long? announced, long limit, CancellationToken cancellationToken)
        {
            if (!TryGrow((int)Math.Max(announced ?? 0, SmallBytes)))
            {
                return false;
            }

            int read;
            while ((read = await source.ReadAsync(_buffer.AsMemory(_length), cancellationToken)) > 0)
            {
                _length += read;
                if (_length == _buffer.Length && !TryGrow((int)Math.Min(2L * _length, Math.Max(limit, _length))))
                {
                    return false;
                }
            }

            return true;
        }

        public void Dispose()
        {
            GiveBack();
            (_buffer, _length, _taken) = ([], 0, 0);
        }

        /// <summary>One byte more than is needed shows where the body ends.</summary>
        private bool TryGrow(int bytes)
        {
            var taken = bytes > SmallBytes ? bytes : 0;
            if (taken > 0 && !memory.TryTake(tenant, taken))
            {
                return false;
            }

            var larger = Pool.Rent(bytes + 1);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            GiveBack();
            (_buffer, _taken) = (larger, taken);
            return true;
        }

        private void GiveBack()
        {
            if (_taken > 0)
            {
                memory.GiveBack(tenant, _taken);
            }

            Pool.Return(_buffer);
        }
    }
}
