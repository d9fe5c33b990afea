using System.Threading.RateLimiting;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Limits;

/// <summary>Limits of a rate, one for each key.</summary>
public static class TokenBuckets
{
    /// <param name="key">Contains the limit, so that another limit begins with another bucket.</param>
    /// <param name="limit">Null for none.</param>
    public static RateLimitPartition<TKey> Of<TKey>(TKey key, RateLimit? limit) => limit is { } rate
        ? RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = rate.Burst,
            TokensPerPeriod = 1, // tokens come in proportion to the time that has passed, however many periods that is
            ReplenishmentPeriod = TimeSpan.FromSeconds(1) / rate.PerSecond,
        })
        : RateLimitPartition.GetNoLimiter(key);

    /// <returns>When a refused permit may be asked for again: at least a second, which is what Retry-After can tell.</returns>
    public static TimeSpan RetryAfter(this RateLimitLease refused) =>
        refused.TryGetMetadata(MetadataName.RetryAfter, out var time) && time > RateLimited.Soon ? time : RateLimited.Soon;
}
