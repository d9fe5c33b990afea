using System.Threading.RateLimiting;
using Flownally.Application.ApiKeys;
using Flownally.Application.Limits;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Http.Authentication;

/// <summary>Limits how often calls from one address may lack a valid key. Those that have one are never asked about.</summary>
internal sealed class FailedAuthentications(IOptions<LimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<AddressBlock> _failures =
        PartitionedRateLimiter.Create<AddressBlock, AddressBlock>(from => TokenBuckets.Of(from, options.Value.FailedAuthentications));

    /// <summary>Counts a failure.</summary>
    /// <returns>What it is answered with where there have been too many; else null.</returns>
    public RateLimited? Refusal(AddressBlock from)
    {
        using var lease = _failures.AttemptAcquire(from);
        return lease.IsAcquired ? null : new RateLimited("calls without a valid key from one address", lease.RetryAfter());
    }

    public void Dispose() => _failures.Dispose();
}
