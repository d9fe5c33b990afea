using System.Threading.RateLimiting;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Application.Events;
using Flownally.Application.Limits;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Http.Limits;

/// <summary>
/// How many calls and streams each tenant may make at present, to this process. A stream counts among the streams for as long as it is
/// open, every other call among the concurrent ones.
/// </summary>
internal sealed class CallLimits : IDisposable
{
    private readonly EventRateLimits _events;
    private readonly PartitionedRateLimiter<HttpContext> _calls = PartitionedRateLimiter.Create<HttpContext, (TenantId, RateLimit?)>(http =>
        TokenBuckets.Of((CallerOf(http).TenantId, CallerOf(http).Limits.Calls), CallerOf(http).Limits.Calls));

    private readonly PartitionedRateLimiter<HttpContext> _open = PartitionedRateLimiter.Create<HttpContext, (TenantId, TenantLimit, int?)>(http =>
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
        All = PartitionedRateLimiter.CreateChained(_open, _calls);
    }

    /// <summary>What a call takes a permit of, for as long as it lasts.</summary>
    public PartitionedRateLimiter<HttpContext> All { get; }

    /// <summary>Whether a call has a caller with limits, and so has to ask.</summary>
    public static bool Hold(HttpContext http) => http.User is CallerPrincipal { Caller.Limits.HasCallLimits: true };

    /// <summary>Why a call got no permit.</summary>
    public static RateLimited Refusal(HttpContext http, RateLimitLease refused)
    {
        var limits = CallerOf(http).Limits;
        return refused.TryGetMetadata(MetadataName.RetryAfter, out _)
            ? new RateLimited($"{limits.Calls!.Value.PerSecond} calls a second", refused.RetryAfter())
            : new RateLimited(KindOf(http) == TenantLimit.Streams ? $"{limits[TenantLimit.Streams]} streams" : $"{limits[TenantLimit.ConcurrentCalls]} calls at the same time",
                RateLimited.MinRetryAfter);
    }

    /// <summary>The limits that a call counts against, and what is left of them now.</summary>
    public IEnumerable<LimitState> StatesFor(HttpContext http)
    {
        var (caller, kind) = (CallerOf(http), KindOf(http));
        if (caller.Limits.Calls is { } calls)
        {
            yield return LimitState.Of("calls", calls, _calls.GetStatistics(http)!.CurrentAvailablePermits);
        }

        if (caller.Limits[kind] is { } open)
        {
            yield return LimitState.Of(kind == TenantLimit.Streams ? "streams" : "concurrent", open, _open.GetStatistics(http)!.CurrentAvailablePermits);
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
        _open.Dispose();
    }

    private static Caller CallerOf(HttpContext http) => ((CallerPrincipal)http.User).Caller;

    private static TenantLimit KindOf(HttpContext http) =>
        http.GetEndpoint()!.Metadata.GetMetadata<AnswersEventStreamAttribute>() is not null && AnswersEventStreamAttribute.IsWanted(http.Request)
            ? TenantLimit.Streams
            : TenantLimit.ConcurrentCalls;

    private static bool IsRecording(HttpContext http) =>
        http.GetEndpoint()!.Metadata.GetMetadata<SendsAttribute>()?.Required.Scope == Scopes.EventCreate;
}
