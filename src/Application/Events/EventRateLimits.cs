using System.Threading.RateLimiting;
using Flownally.Application.Limits;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>The rate limits of recorded events, one per tenant. Each process counts by itself.</summary>
public sealed class EventRateLimits : IDisposable
{
    private readonly PartitionedRateLimiter<Caller> _events = PartitionedRateLimiter.Create<Caller, (TenantId, RateLimit?)>(caller =>
        TokenBuckets.Of((caller.TenantId, caller.Limits.Events), caller.Limits.Events));

    /// <summary>The number of events that the caller may record now; null without a limit.</summary>
    public long? Available(Caller caller) =>
        caller.Limits.Events is null ? null : _events.GetStatistics(caller)!.CurrentAvailablePermits;

    /// <summary>Admits as many events of a call as the limit allows.</summary>
    /// <param name="refusal">The reason why the other events are refused; null if all are admitted.</param>
    /// <returns>The number of admitted events.</returns>
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
