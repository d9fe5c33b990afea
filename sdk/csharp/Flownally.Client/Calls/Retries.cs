using System.Net.Http.Headers;
using System.Security.Authentication;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Flownally.Client;

/// <summary>
/// Retries a call that was answered with 408, 429 or 5xx, or not at all, if a repeat can do no harm: it reads, deletes, or
/// carries idempotency keys. The pauses grow, with jitter, and are at least as long as <c>Retry-After</c> says.
/// </summary>
internal static class Retries
{
    public const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly HttpRequestOptionsKey<bool> IsRepeatable = new("Flownally.IsRepeatable");

    /// <summary>Notes on a request whether a repeat of it can do no harm.</summary>
    public static void Mark(HttpRequestMessage request, bool isRepeatable) => request.Options.Set(IsRepeatable, isRepeatable);

    public static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> pipeline) => pipeline.AddRetry(new HttpRetryStrategyOptions
    {
        MaxRetryAttempts = Attempts,
        BackoffType = DelayBackoffType.Exponential,
        Delay = FirstPause,
        MaxDelay = LongestPause,
        UseJitter = true,
        ShouldHandle = arguments => ValueTask.FromResult(
            HttpClientResiliencePredicates.IsTransient(arguments.Outcome)
            && IsWorthWaiting(arguments.Outcome.Result)
            && arguments.Context.GetRequestMessage() is { } request
            && request.Options.TryGetValue(IsRepeatable, out var isRepeatable) && isRepeatable),
    });

    public static ResilienceHandler NewHandler(HttpMessageHandler network)
    {
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>();
        Configure(pipeline);
        return new ResilienceHandler(pipeline.Build()) { InnerHandler = new WholeAnswers { InnerHandler = network } };
    }

    /// <returns>How long to wait before another attempt: each time twice as long, up to a limit, less a random part.</returns>
    /// <param name="attempt">How many attempts were made before the one that failed.</param>
    public static TimeSpan Pause(int attempt)
    {
        var longest = Math.Min(FirstPause.TotalMilliseconds * Math.Pow(2, attempt), LongestPause.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest * (1 + Random.Shared.NextDouble()) / 2);
    }

    /// <returns>Whether a later call may be answered: the service, or the way to it, is away, or takes no more calls for now.</returns>
    public static bool IsOutage(Exception exception) => exception switch
    {
        HttpRequestException { InnerException: AuthenticationException } => false, // a certificate that is not trusted
        HttpRequestException => true,
        OperationCanceledException => true, // the timeout of the HttpClient
        FlownallyException { Status: 408 or 429 or 502 or 503 or 504 } => true,
        _ => false,
    };

    /// <returns>How long to wait before the next call; null where the answer does not say.</returns>
    public static TimeSpan? After(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? header?.Date - TimeProvider.System.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>A caller learns at once of a refusal that lasts, rather than after the timeout of its <see cref="HttpClient"/>.</summary>
    private static bool IsWorthWaiting(HttpResponseMessage? response) => !(After(response?.Headers.RetryAfter) > LongestPause);
}
