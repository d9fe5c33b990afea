using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.ApiKeys;

/// <summary>Groups the cached keys by tenant. The keys of a tenant are removed together, and each tenant has a limit of bytes.</summary>
internal sealed class CachedKeysByTenant(long maxBytesPerTenant)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, Share> _shares = [];

    /// <param name="entry">Identifies this cache entry of the key. A later entry of the same key has another object.</param>
    /// <returns>The tenant's oldest keys, which the caller must remove from the cache to make room.</returns>
    public IReadOnlyList<string> Add(TenantId tenant, string key, long bytes, object entry)
    {
        lock (_gate)
        {
            if (!_shares.TryGetValue(tenant, out var share))
            {
                _shares[tenant] = share = new Share();
            }

            share.Remove(key);
            List<string> removed = [];
            while (share.Keys.Count > 0 && share.Bytes + bytes > maxBytesPerTenant)
            {
                var oldest = share.Keys.GetAt(0).Key;
                share.Remove(oldest);
                removed.Add(oldest);
            }

            share.Add(key, bytes, entry);
            return removed;
        }
    }

    /// <summary>Removes a key that left the cache, unless a later entry has taken its place.</summary>
    public void Remove(TenantId tenant, string key, object entry)
    {
        lock (_gate)
        {
            if (_shares.TryGetValue(tenant, out var share) && share.Keys.TryGetValue(key, out var cached) && cached.Entry == entry)
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
        public OrderedDictionary<string, (long Bytes, object Entry)> Keys { get; } = [];

        public long Bytes { get; private set; }

        public void Add(string key, long bytes, object entry)
        {
            Keys.Add(key, (bytes, entry));
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
