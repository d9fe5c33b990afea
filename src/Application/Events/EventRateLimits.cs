using System.Threading.RateLimiting;
using Flownally.Application.Limits;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>How many events each tenant may record at present, by this process.</summary>
public sealed class EventRateLimits : IDisposable
{
    private readonly PartitionedRateLimiter<Caller> _events = PartitionedRateLimiter.Create<Caller, (TenantId, RateLimit?)>(caller =>
        TokenBuckets.Of((caller.TenantId, caller.Limits.Events), caller.Limits.Events));

    /// <summary>How many more events the caller may record at once; null where nothing limits them.</summary>
    public long? Available(Caller caller) =>
        caller.Limits.Events is null ? null : _events.GetStatistics(caller)!.CurrentAvailablePermits;

    /// <summary>Lets as many of a call's events pass as the limit has room for.</summary>
    /// <param name="refusal">Why the others may not; null where all may pass.</param>
    /// <returns>How many may pass.</returns>
    internal int Admit(Caller caller, int events, out RateLimited? refusal)
    {
        refusal = null;
        if (caller.Limits.Events is not { } limit)
        {
            return events;
        }

        for (var admitted = 0; admitted < events; admitted++)
        {
            using var lease = _events.AttemptAcquire(caller);
            if (!lease.IsAcquired)
            {
                refusal = new RateLimited($"{limit.PerSecond} events a second", lease.RetryAfter());
                return admitted;
            }
        }

        return events;
    }

    public void Dispose() => _events.Dispose();
}
