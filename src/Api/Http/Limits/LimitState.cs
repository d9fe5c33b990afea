using Flownally.Domain.Tenants;

namespace Flownally.Api.Http.Limits;

/// <summary>
/// A limit and its remaining quota as items of the headers RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10).
/// </summary>
/// <param name="Policy">Such as <c>"calls";q=100;w=1</c>: the quota, and the seconds until it is restored from zero.</param>
/// <param name="Remaining">Such as <c>"calls";r=57;t=1</c>: the remaining quota, and the seconds until all of it is restored.</param>
internal sealed record LimitState(string Policy, string Remaining)
{
    /// <summary>A limit of a rate.</summary>
    public static LimitState Of(string name, RateLimit limit, long remaining) => new(
        $"\"{name}\";q={limit.Burst};w={limit.Window}",
        $"\"{name}\";r={remaining};t={(limit.Burst - remaining + limit.PerSecond - 1) / limit.PerSecond}");

    /// <summary>A limit of concurrency; when a call ends is unknown, so there is no time.</summary>
    public static LimitState Of(string name, int limit, long remaining) =>
        new($"\"{name}\";q={limit};qu=\"concurrent-requests\"", $"\"{name}\";r={remaining}");
}
