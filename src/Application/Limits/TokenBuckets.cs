using System.Threading.RateLimiting;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Limits;

/// <summary>Rate limits, one per key.</summary>
public static class TokenBuckets
{
    /// <param name="key">Must contain the limit, so that a changed limit gets a new bucket.</param>
    /// <param name="limit">Null for no limit.</param>
    public static RateLimitPartition<TKey> Of<TKey>(TKey key, RateLimit? limit) => limit is { } rate
        ? RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = rate.Burst,
            TokensPerPeriod = 1, // the limiter adds tokens for all periods that have passed
            ReplenishmentPeriod = TimeSpan.FromSeconds(1) / rate.PerSecond,
        })
        : RateLimitPartition.GetNoLimiter(key);

    /// <returns>The time until a refused permit is available, at least one second, because Retry-After counts in seconds.</returns>
    public static TimeSpan RetryAfter(this RateLimitLease refused) =>
        refused.TryGetMetadata(MetadataName.RetryAfter, out var time) && time > RateLimited.MinRetryAfter
            ? time
            : RateLimited.MinRetryAfter;
}
