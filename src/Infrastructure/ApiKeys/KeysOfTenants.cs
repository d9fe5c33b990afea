using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.ApiKeys;

/// <summary>
/// Tells which remembered keys are whose: those of one tenant are forgotten together, and take no more room than each tenant has.
/// </summary>
internal sealed class KeysOfTenants(long bytesOfEach)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, Share> _shares = [];

    /// <param name="holder">Stands for this one time that the key is remembered.</param>
    /// <returns>The tenant's oldest keys, which must be forgotten for this one.</returns>
    public IReadOnlyList<string> Add(TenantId tenant, string key, long bytes, object holder)
    {
        lock (_gate)
        {
            if (!_shares.TryGetValue(tenant, out var share))
            {
                _shares[tenant] = share = new Share();
            }

            share.Remove(key);
            List<string> tooMany = [];
            while (share.Keys.Count > 0 && share.Bytes + bytes > bytesOfEach)
            {
                var oldest = share.Keys.GetAt(0).Key;
                share.Remove(oldest);
                tooMany.Add(oldest);
            }

            share.Add(key, bytes, holder);
            return tooMany;
        }
    }

    /// <summary>Is told that a key was forgotten, perhaps only after it has been remembered again by another holder.</summary>
    public void Remove(TenantId tenant, string key, object holder)
    {
        lock (_gate)
        {
            if (_shares.TryGetValue(tenant, out var share) && share.Keys.TryGetValue(key, out var held) && held.Holder == holder)
            {
                share.Remove(key);
                if (share.Keys.Count == 0)
                {
                    _shares.Remove(tenant);
                }
            }
        }
    }

    public IReadOnlyList<string> Of(TenantId tenant)
    {
        lock (_gate)
        {
            return _shares.TryGetValue(tenant, out var share) ? [.. share.Keys.Keys] : [];
        }
    }

    private sealed class Share
    {
        public OrderedDictionary<string, (long Bytes, object Holder)> Keys { get; } = [];

        public long Bytes { get; private set; }

        public void Add(string key, long bytes, object holder)
        {
            Keys.Add(key, (bytes, holder));
            Bytes += bytes;
        }

        public void Remove(string key)
        {
            if (Keys.Remove(key, out var removed))
            {
                Bytes -= removed.Bytes;
            }
        }
    }
}
