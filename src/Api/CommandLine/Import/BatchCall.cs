using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Flownally.Api.Http.Json;
using Flownally.Api.Http.Problems;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.CommandLine.Import;

/// <summary>Calls <c>POST /v1/events/batch</c> of a service and interprets the response.</summary>
internal sealed class BatchCall : IDisposable
{
    /// <summary>The time in which a response must arrive.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    /// <param name="service">The service's address, without <c>/v1</c>.</param>
    public BatchCall(Uri service, ApiKeySecret key, TimeProvider clock)
    {
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri($"{service.AbsoluteUri.TrimEnd('/')}/v1/events/batch"),
            Timeout = ResponseTimeout,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
    }

    public async Task<BatchResponse> SendAsync(IReadOnlyList<EventLine> events, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new BatchContent(events);
            using var response = await _http.PostAsync((Uri?)null, content, cancellationToken);
            return await ReadAsync(response, events.Count, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new BatchResponse.Failed($"{exception.Message.TrimEnd('.')}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new BatchResponse.Failed($"There was no response within {ResponseTimeout.TotalSeconds} seconds.");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<BatchResponse> ReadAsync(HttpResponseMessage response, int events, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.OK)
        {
            var body = await ReadJsonAsync<Body>(response, cancellationToken);
            return body?.Results?.Count == events
                ? new BatchResponse.Results(body.Results)
                : new BatchResponse.CallerRefused("The response does not have a result for each event. Is the service's address right?");
        }

        var problem = response.Content.Headers.ContentType?.MediaType == Problem.ContentType
            ? await ReadJsonAsync<JsonElement?>(response, cancellationToken)
            : null;
        var reason = Describe((int)response.StatusCode, problem, response.ReasonPhrase);
        return response.StatusCode switch
        {
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                new BatchResponse.Failed(reason, RetryAfter(response.Headers.RetryAfter)),
            HttpStatusCode.RequestEntityTooLarge => new BatchResponse.Refused(
                problem ?? JsonSerializer.SerializeToElement(new { Status = 413, Title = reason }, ApiJson.Options)),
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity when problem is not null =>
                new BatchResponse.Refused(problem.Value),
            _ => new BatchResponse.CallerRefused(reason),
        };
    }

    private static async Task<T?> ReadJsonAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken);
        }
        catch (JsonException)
        {
            return default; // another program than the service responded
        }
    }

    /// <summary>Describes a refusal or failure in a sentence.</summary>
    public static string Describe(int status, JsonElement? problem, string? fallback) =>
        $"{status}: {Text(problem, "detail") ?? Text(problem, "title") ?? fallback}";

    private static string? Text(JsonElement? problem, string member) =>
        problem is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(member, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private TimeSpan RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? header?.Date - _clock.GetUtcNow() ?? TimeSpan.Zero;

    private sealed record Body(IReadOnlyList<EventResult>? Results);

    /// <summary>Writes the events as one JSON text while it is sent.</summary>
    private sealed class BatchContent : HttpContent
    {
        private static readonly ReadOnlyMemory<byte> Opening = """{"events":["""u8.ToArray();
        private static readonly ReadOnlyMemory<byte> Comma = ","u8.ToArray();
        private static readonly ReadOnlyMemory<byte> Closing = "]}"u8.ToArray();

        private readonly IReadOnlyList<EventLine> _events;

        public BatchContent(IReadOnlyList<EventLine> events)
        {
            _events = events;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Opening.Length + _events.Sum(line => (long)line.Length) + (_events.Count - 1) * Comma.Length + Closing.Length;
            return true;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            foreach (var (i, line) in _events.Index())
            {
                await stream.WriteAsync(i == 0 ? Opening : Comma, cancellationToken);
                await line.WriteAsync(stream, cancellationToken);
            }

            await stream.WriteAsync(Closing, cancellationToken);
        }
    }
}

/// <summary>The response to a call with events.</summary>
internal abstract record BatchResponse
{
    private BatchResponse()
    {
    }

    /// <summary>One result for each event, in order.</summary>
    public sealed record Results(IReadOnlyList<EventResult> Items) : BatchResponse;

    /// <summary>All events were refused, because at least one is invalid.</summary>
    public sealed record Refused(JsonElement Problem) : BatchResponse;

    /// <summary>The service or the connection failed. It is unknown which events were recorded; a retry may succeed.</summary>
    public sealed record Failed(string Reason, TimeSpan RetryAfter = default) : BatchResponse;

    /// <summary>The service refuses all calls of this caller, so a retry is useless.</summary>
    public sealed record CallerRefused(string Reason) : BatchResponse;
}

/// <summary>The result of one event.</summary>
internal sealed record EventResult(int Status, JsonElement? Problem)
{
    public bool IsRecorded => Status == StatusCodes.Status201Created;

    /// <summary>The same event was recorded before with the same key.</summary>
    public bool WasRecordedBefore => Status == StatusCodes.Status409Conflict
        && Problem is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty("sameRequest", out var same)
        && same.ValueKind == JsonValueKind.True;

    /// <summary>The event is not the cause of the failure.</summary>
    public bool CanBeRetried => Status is StatusCodes.Status429TooManyRequests or >= StatusCodes.Status500InternalServerError;

    public string Describe() => BatchCall.Describe(Status, Problem, null);
}
