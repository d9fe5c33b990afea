using System.Threading.RateLimiting;
using Flownally.Application.ApiKeys;
using Flownally.Application.Limits;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Http.Authentication;

/// <summary>Limits the calls without a valid key from one address. Calls with a valid key do not count.</summary>
internal sealed class FailedAuthentications(IOptions<LimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<AddressBlock> _failures =
        PartitionedRateLimiter.Create<AddressBlock, AddressBlock>(from => TokenBuckets.Of(from, options.Value.FailedAuthentications));

    /// <summary>Counts a failure.</summary>
    /// <returns>The refusal after too many failures; else null.</returns>
    public RateLimited? Refusal(AddressBlock from)
    {
        using var lease = _failures.AttemptAcquire(from);
        return lease.IsAcquired ? null : new RateLimited("calls without a valid key from one address", lease.RetryAfter());
    }

    public void Dispose() => _failures.Dispose();
}
