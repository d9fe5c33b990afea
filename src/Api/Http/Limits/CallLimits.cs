using System.Threading.RateLimiting;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Application.Events;
using Flownally.Application.Limits;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Http.Limits;

/// <summary>
/// Limits the calls and streams of each tenant in this process. An open stream counts as a stream, every other call as a concurrent call.
/// </summary>
internal sealed class CallLimits : IDisposable
{
    private readonly EventRateLimits _events;
    private readonly PartitionedRateLimiter<HttpContext> _calls = PartitionedRateLimiter.Create<HttpContext, (TenantId, RateLimit?)>(http =>
        TokenBuckets.Of((CallerOf(http).TenantId, CallerOf(http).Limits.Calls), CallerOf(http).Limits.Calls));

    private readonly PartitionedRateLimiter<HttpContext> _concurrent =
        PartitionedRateLimiter.Create<HttpContext, (TenantId, TenantLimit, int?)>(http =>
        {
            var (caller, kind) = (CallerOf(http), KindOf(http));
            var key = (caller.TenantId, kind, caller.Limits[kind]);
            return caller.Limits[kind] is { } limit
                ? RateLimitPartition.GetConcurrencyLimiter(key, _ => new ConcurrencyLimiterOptions { PermitLimit = limit })
                : RateLimitPartition.GetNoLimiter(key);
        });

    public CallLimits(EventRateLimits events)
    {
        _events = events;
        All = PartitionedRateLimiter.CreateChained(_concurrent, _calls);
    }

    /// <summary>The limiter of all calls. A call holds its permit until it ends.</summary>
    public PartitionedRateLimiter<HttpContext> All { get; }

    /// <summary>Whether the call's tenant has limits.</summary>
    public static bool HasLimits(HttpContext http) => http.User is CallerPrincipal { Caller.Limits.HasCallLimits: true };

    /// <summary>The error for a call without a permit.</summary>
    public static RateLimited Refusal(HttpContext http, RateLimitLease lease)
    {
        var limits = CallerOf(http).Limits;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out _)
            ? new RateLimited($"{limits.Calls!.Value.PerSecond} calls a second", lease.RetryAfter())
            : new RateLimited(KindOf(http) == TenantLimit.Streams
                ? $"{limits[TenantLimit.Streams]} streams"
                : $"{limits[TenantLimit.ConcurrentCalls]} calls at the same time", RateLimited.MinRetryAfter);
    }

    /// <summary>The limits that apply to a call, and their remaining quota.</summary>
    public IEnumerable<LimitState> StatesFor(HttpContext http)
    {
        var (caller, kind) = (CallerOf(http), KindOf(http));
        if (caller.Limits.Calls is { } calls)
        {
            yield return LimitState.Of("calls", calls, _calls.GetStatistics(http)!.CurrentAvailablePermits);
        }

        if (caller.Limits[kind] is { } limit)
        {
            yield return LimitState.Of(
                kind == TenantLimit.Streams ? "streams" : "concurrent", limit, _concurrent.GetStatistics(http)!.CurrentAvailablePermits);
        }

        if (caller.Limits.Events is { } events && IsRecording(http))
        {
            yield return LimitState.Of("events", events, _events.Available(caller)!.Value);
        }
    }

    public void Dispose()
    {
        All.Dispose();
        _calls.Dispose();
        _concurrent.Dispose();
    }

    private static Caller CallerOf(HttpContext http) => ((CallerPrincipal)http.User).Caller;

    private static TenantLimit KindOf(HttpContext http) =>
        http.GetEndpoint()!.Metadata.GetMetadata<ProducesEventStreamAttribute>() is not null
        && ProducesEventStreamAttribute.IsPreferred(http.Request)
            ? TenantLimit.Streams
            : TenantLimit.ConcurrentCalls;

    private static bool IsRecording(HttpContext http) =>
        http.GetEndpoint()!.Metadata.GetMetadata<SendsAttribute>()?.Required.Scope == Scopes.EventCreate;
}
