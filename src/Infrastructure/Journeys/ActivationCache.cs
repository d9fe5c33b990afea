using System.Collections.Concurrent;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Caching.Memory;

namespace Flownally.Infrastructure.Journeys;

/// <summary>Names an interval in which a journey is active.</summary>
internal readonly record struct IntervalKey(TenantId TenantId, JourneyId JourneyId, long FromTx);

/// <summary>
/// What the journeys of intervals react to, which never changes. Weighed in bytes, because filters are of any size up to 64 KiB, and
/// bounded for each tenant, so that none displaces the others' filters. What does not fit is compiled in each step, on its tenant's share.
/// </summary>
internal sealed class ActivationCache : IDisposable
{
    public const long MostBytes = 64 * 1024 * 1024;

    public const long MostBytesOfTenant = MostBytes / 8;

    private static readonly TimeSpan LongestUnused = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MostBytes });
    private readonly ConcurrentDictionary<TenantId, long> _bytes = [];

    /// <summary>What the cache holds of a tenant.</summary>
    public long BytesOf(TenantId tenant) => _bytes.GetValueOrDefault(tenant);

    public JourneyActivation? Find(IntervalKey interval) => _cache.TryGetValue(interval, out JourneyActivation? found) ? found : null;

    /// <returns>The activation, whether it is kept or not.</returns>
    public JourneyActivation Add(IntervalKey interval, JourneyActivation activation)
    {
        var weight = WeightOf(activation);
        if (BytesOf(interval.TenantId) + weight > MostBytesOfTenant)
        {
            return activation;
        }

        Count(interval.TenantId, weight);
        var options = new MemoryCacheEntryOptions { Size = weight, SlidingExpiration = LongestUnused }
            .RegisterPostEvictionCallback((_, _, _, _) => Count(interval.TenantId, -weight));
        return _cache.Set(interval, activation, options);
    }

    public void Dispose() => _cache.Dispose();

    /// <summary>An estimate of what a compiled filter takes: 16 times its text, and as much as an empty one.</summary>
    private static long WeightOf(JourneyActivation activation) => 2_000 + (16L * activation.TriggerConfig.PayloadFilter?.Utf8.Length ?? 0);

    private void Count(TenantId tenant, long bytes)
    {
        var held = _bytes.AddOrUpdate(tenant, bytes, (_, before) => before + bytes);
        if (held == 0)
        {
            _bytes.TryRemove(new KeyValuePair<TenantId, long>(tenant, 0));
        }
    }
}
