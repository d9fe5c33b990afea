using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Flownally.Client;

/// <summary>
/// Repeats a call that was answered with 429 or 5xx, or not at all, if a repeat can do no harm: it reads, deletes, or
/// carries an idempotency key. Waits longer each time, with jitter, and at least as long as <c>Retry-After</c> says.
/// </summary>
internal static class Retries
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    public static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> pipeline) => pipeline.AddRetry(new HttpRetryStrategyOptions
    {
        MaxRetryAttempts = Attempts,
        BackoffType = DelayBackoffType.Exponential,
        Delay = FirstPause,
        MaxDelay = LongestPause,
        UseJitter = true,
        ShouldHandle = arguments => ValueTask.FromResult(
            HttpClientResiliencePredicates.IsTransient(arguments.Outcome) && IsRepeatable(arguments.Context.GetRequestMessage())),
    });

    public static ResilienceHandler NewHandler()
    {
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>();
        Configure(pipeline);
        return new ResilienceHandler(pipeline.Build()) { InnerHandler = new SocketsHttpHandler() };
    }

    private static bool IsRepeatable(HttpRequestMessage? request) => request is not null
        && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Delete || request.Headers.Contains(IdempotencyKey));
}
