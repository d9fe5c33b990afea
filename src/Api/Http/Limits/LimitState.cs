using Flownally.Domain.Tenants;

namespace Flownally.Api.Http.Limits;

/// <summary>A limit, and what is left of it, as items of the headers RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10).</summary>
/// <param name="Policy">Such as <c>"calls";q=100;w=1</c>: the quota, and the seconds after which all of it is there again.</param>
/// <param name="Left">Such as <c>"calls";r=57;t=1</c>: the rest, and the seconds until all of it is there again.</param>
internal sealed record LimitState(string Policy, string Left)
{
    /// <summary>Of a limit of how many may come within a time.</summary>
    public static LimitState Of(string name, RateLimit limit, long left) => new(
        $"\"{name}\";q={limit.Burst};w={limit.Window}",
        $"\"{name}\";r={left};t={(limit.Burst - left + limit.PerSecond - 1) / limit.PerSecond}");

    /// <summary>Of a limit of how many there may be at the same time: when one of them ends is not known.</summary>
    public static LimitState Of(string name, int limit, long left) => new($"\"{name}\";q={limit};qu=\"concurrent-requests\"", $"\"{name}\";r={left}");
}
