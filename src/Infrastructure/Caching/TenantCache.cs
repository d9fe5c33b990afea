using Flownally.Domain.Tenants;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace Flownally.Infrastructure.Caching;

/// <summary>
/// Remembers what belongs to tenants. It is weighed in bytes, because what tenants make may be large, and bounded in all and for each
/// tenant: a tenant that has filled its share begins it anew, and displaces nothing of the others. What is not used for a while is dropped.
/// </summary>
/// <param name="mostBytes">Of all tenants together; each may have an eighth.</param>
internal sealed class TenantCache<TKey, TValue>(long mostBytes) : IDisposable
    where TKey : notnull
    where TValue : class
{
    private static readonly TimeSpan LongestUnused = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = mostBytes });
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, Share> _shares = [];

    public long MostBytesOfTenant => mostBytes / 8;

    /// <summary>What is remembered of a tenant, in bytes.</summary>
    public long BytesOf(TenantId tenant)
    {
        lock (_gate)
        {
            return _shares.GetValueOrDefault(tenant)?.Bytes ?? 0;
        }
    }

    public TValue? Find(TKey key) => _cache.TryGetValue(key, out TValue? found) ? found : null;

    /// <param name="weight">Bytes, as an estimate.</param>
    /// <returns>The value, whether it is remembered or not.</returns>
    public TValue Add(TenantId tenant, TKey key, TValue value, long weight)
    {
        var (share, ended) = Take(tenant, weight);
        ended?.End.Cancel(); // forgets all that is in it
        return _cache.Set(key, value, new MemoryCacheEntryOptions { Size = weight, SlidingExpiration = LongestUnused }
            .AddExpirationToken(new CancellationChangeToken(share.End.Token))
            .RegisterPostEvictionCallback((_, _, _, _) => GiveBack(tenant, share, weight)));
    }

    public void Dispose() => _cache.Dispose();

    private (Share Share, Share? Ended) Take(TenantId tenant, long weight)
    {
        lock (_gate)
        {
            var share = _shares.GetValueOrDefault(tenant);
            var ended = share?.Bytes + weight > MostBytesOfTenant ? share : null;
            if (share is null || ended is not null)
            {
                _shares[tenant] = share = new Share();
            }

            share.Bytes += weight;
            return (share, ended);
        }
    }

    private void GiveBack(TenantId tenant, Share share, long weight)
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

        public CancellationTokenSource End { get; } = new();
    }
}
