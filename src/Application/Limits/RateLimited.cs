using Flownally.Domain;

namespace Flownally.Application.Limits;

/// <param name="Limit">Which limit, such as <c>100 calls a second</c>.</param>
/// <param name="RetryAfter">After how long to try again; at least a second.</param>
public sealed record RateLimited(string Limit, TimeSpan RetryAfter)
    : Error("rateLimited", $"The limit of {Limit} is reached. Repeat the call after Retry-After.")
{
    /// <summary>For limits of which it is not known when they have room.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
}
