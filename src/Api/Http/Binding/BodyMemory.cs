using System.Buffers;
using System.Runtime.InteropServices;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Limits the bytes of request bodies in memory for each tenant. Processing a body of 8 MiB can use many times that size, so without a
/// limit a few dozen calls would take all memory.
/// </summary>
internal sealed class BodyMemory
{
    /// <summary>A body up to this size does not count; most bodies are far smaller.</summary>
    public const int SmallBytes = 16 * 1024;

    public const long MaxBytesPerTenant = 16 * 1024 * 1024;

    /// <summary>A pool of its own, because the shared pool keeps arrays of every size for each thread.</summary>
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(maxArrayLength: 16 * 1024 * 1024, maxArraysPerBucket: 2);

    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, long> _reserved = [];

    /// <summary>Creates an empty body. Disposing it releases its memory.</summary>
    public Body Of(TenantId tenant) => new(this, tenant);

    private bool TryReserve(TenantId tenant, int bytes)
    {
        lock (_gate)
        {
            ref var reserved = ref CollectionsMarshal.GetValueRefOrAddDefault(_reserved, tenant, out _);
            var fits = reserved + bytes <= MaxBytesPerTenant;
            reserved += fits ? bytes : 0;
            return fits;
        }
    }

    private void Release(TenantId tenant, long bytes)
    {
        lock (_gate)
        {
            if ((_reserved[tenant] -= bytes) == 0)
            {
                _reserved.Remove(tenant);
            }
        }
    }

    /// <summary>A body in pooled memory.</summary>
    internal sealed class Body(BodyMemory memory, TenantId tenant) : IDisposable
    {
        private byte[] _buffer = [];
        private int _length;
        private long _bytes;

        public ReadOnlyMemory<byte> Utf8 => _buffer.AsMemory(0, _length);

        /// <summary>
        /// Reads a body to its end. The announced length is reserved first, so that an announced length over the limit is refused before
        /// reading.
        /// </summary>
        /// <param name="limit">The limit of the body's bytes. The source throws if there are more.</param>
        /// <returns>False if the tenant's limit is reached.</returns>
        public async Task<bool> TryReadAsync(Stream source, long? announcedLength, long limit, CancellationToken cancellationToken)
        {
            if (!TryGrow((int)Math.Max(announcedLength ?? 0, SmallBytes)))
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
            Release();
            (_buffer, _length, _bytes) = ([], 0, 0);
        }

        /// <summary>Rents one byte more than necessary, so that a read shows the end of the body.</summary>
        private bool TryGrow(int bytes)
        {
            var reserved = bytes > SmallBytes ? bytes : 0;
            if (reserved > 0 && !memory.TryReserve(tenant, reserved))
            {
                return false;
            }

            var larger = Pool.Rent(bytes + 1);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            Release();
            (_buffer, _bytes) = (larger, reserved);
            return true;
        }

        private void Release()
        {
            if (_bytes > 0)
            {
                memory.Release(tenant, _bytes);
            }

            Pool.Return(_buffer);
        }
    }
}
