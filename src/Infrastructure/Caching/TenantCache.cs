using Flownally.Domain.Tenants;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace Flownally.Infrastructure.Caching;

/// <summary>
/// A cache with a limit of bytes in all and for each tenant. Bytes count, not entries, because tenants choose the size of their data. When
/// a tenant fills its share, its entries are dropped and the entries of other tenants stay. Unused entries expire.
/// </summary>
/// <param name="maxBytes">The limit for all tenants together; each tenant may use an eighth.</param>
internal sealed class TenantCache<TKey, TValue>(long maxBytes) : IDisposable
    where TKey : notnull
    where TValue : class
{
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = maxBytes });
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, Share> _shares = [];

    public long MaxBytesPerTenant => maxBytes / 8;

    /// <summary>The bytes of a tenant's entries.</summary>
    public long BytesOf(TenantId tenant)
    {
        lock (_gate)
        {
            return _shares.GetValueOrDefault(tenant)?.Bytes ?? 0;
        }
    }

    public TValue? Find(TKey key) => _cache.TryGetValue(key, out TValue? found) ? found : null;

    /// <param name="weight">Estimated bytes.</param>
    /// <returns>The value, also when it does not fit.</returns>
    public TValue Add(TenantId tenant, TKey key, TValue value, long weight)
    {
        var (share, ended) = Reserve(tenant, weight);
        ended?.Expiry.Cancel(); // drops all entries of the share
        return _cache.Set(key, value, new MemoryCacheEntryOptions { Size = weight, SlidingExpiration = IdleLifetime }
            .AddExpirationToken(new CancellationChangeToken(share.Expiry.Token))
            .RegisterPostEvictionCallback((_, _, _, _) => Release(tenant, share, weight)));
    }

    public void Dispose() => _cache.Dispose();

    private (Share Share, Share? Ended) Reserve(TenantId tenant, long weight)
    {
        lock (_gate)
        {
            var share = _shares.GetValueOrDefault(tenant);
            var ended = share?.Bytes + weight > MaxBytesPerTenant ? share : null;
            if (share is null || ended is not null)
            {
                _shares[tenant] = share = new Share();
            }

            share.Bytes += weight;
            return (share, ended);
        }
    }

    private void Release(TenantId tenant, Share share, long weight)
    {
        lock (_gate)
        {
            share.Bytes -= weight;
            if (share.Bytes == 0 && _shares.GetValueOrDefault(tenant) == share)
            {
                _shares.Remove(tenant);
            }
        }
    }

    private sealed class Share
    {
        public long Bytes { get; set; }

        public CancellationTokenSource Expiry { get; } = new();
    }
}
