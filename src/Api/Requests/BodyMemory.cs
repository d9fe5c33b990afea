using System.Runtime.InteropServices;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Requests;

/// <summary>
/// Bounds the bodies that are held for one tenant at the same time. A body of 8 MiB can take many times that while it is worked on, so
/// without a bound a few dozen calls would take all memory.
/// </summary>
internal sealed class BodyMemory
{
    private const long MostOfTenant = 24 * 1024 * 1024;

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

    internal sealed class Body(BodyMemory memory, TenantId tenant) : IDisposable
    {
        private long _taken;

        /// <returns>False where the tenant holds too much already.</returns>
        public bool TryTake(int bytes)
        {
            var taken = memory.TryTake(tenant, bytes);
            _taken += taken ? bytes : 0;
            return taken;
        }

        public void Dispose()
        {
            if (_taken > 0)
            {
                memory.GiveBack(tenant, _taken);
                _taken = 0;
            }
        }
    }
}
