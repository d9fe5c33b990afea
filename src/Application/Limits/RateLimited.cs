using Flownally.Domain;

namespace Flownally.Application.Limits;

/// <param name="Limit">The limit in words, such as <c>100 calls a second</c>.</param>
/// <param name="RetryAfter">The time until a retry can succeed, at least one second.</param>
public sealed record RateLimited(string Limit, TimeSpan RetryAfter)
    : Error("rateLimited", $"The limit of {Limit} is reached. Retry after the time in Retry-After.")
{
    /// <summary>The smallest value of Retry-After, for limits whose release time is unknown.</summary>
    public static readonly TimeSpan MinRetryAfter = TimeSpan.FromSeconds(1);
}
