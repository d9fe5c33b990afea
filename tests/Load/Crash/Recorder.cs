using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Flownally.Domain.Events;

namespace Flownally.Load.Crash;

/// <summary>Clients that record events, and write down what they asked and what they were told.</summary>
/// <param name="service">A process of the service, another one each time.</param>
internal sealed class Recorder(HttpClient http, Func<Uri> service, string apiKey, History history)
{
    public const int Contacts = 20;

    public static readonly IReadOnlyList<string> EventTypes = ["signup.completed", "purchase.completed", "plan.changed", "subscription.canceled", "form.submitted"];

    private const int OneInGivesUp = 20;
    private const int OneInHasNoKey = 20;
    private const int OneInLeavesEarly = 20;
    private const int OneInIsHistory = 10;
    private const int MostMillisecondsBetweenRequests = 20;
    private const int MostMillisecondsBeforeLeaving = 20;

    /// <summary>How long a client asks again before it counts as a fault that nobody answers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseBeforeRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>False makes a client that is broken on purpose: it drops the key where it asks again.</summary>
    public bool KeepsKeys { get; init; } = true;

    /// <summary>Records one event after another, until told to stop and the last one has its answer.</summary>
    /// <param name="name">Of the client; no other may have it.</param>
    public async Task RunAsync(string name, Random random, CancellationToken stopping)
    {
        for (var i = 0; !stopping.IsCancellationRequested; i++)
        {
            var marker = $"{name}-{i}";
            var key = random.Next(OneInHasNoKey) == 0 ? null : $"key-{marker}";
            var request = new Request(marker, $"ctc_{random.Next(Contacts)}", EventTypes[random.Next(EventTypes.Count)], key, random.Next(2) == 0,
                SuppressJourneys: random.Next(OneInIsHistory) == 0);
            var insists = key is not null && random.Next(OneInGivesUp) > 0;
            var leaves = random.Next(OneInLeavesEarly) == 0 ? TimeSpan.FromMilliseconds(random.Next(MostMillisecondsBeforeLeaving)) : Timeout;
            await RecordAsync(request, insists, leaves);
            await Task.Delay(random.Next(MostMillisecondsBetweenRequests), CancellationToken.None);
        }
    }

    /// <summary>Asks for one event.</summary>
    /// <param name="insists">Asks again until the answer is definite; else once.</param>
    /// <param name="timeout">How long the first attempt waits for its answer; 10 seconds where not given.</param>
    /// <exception cref="TimeoutException">The answer was not definite after many attempts.</exception>
    public async Task RecordAsync(Request request, bool insists, TimeSpan? timeout = null)
    {
        var since = Stopwatch.GetTimestamp();
        var attempt = await AttemptAsync(request, timeout ?? Timeout);
        while (insists && attempt.Reply is Reply.InDoubt or Reply.Refused)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"{request.Marker} has no definite answer after {Patience}: {attempt.Words}");
            }

            await Task.Delay(PauseBeforeRetry);
            attempt = await AttemptAsync(KeepsKeys ? request : request with { Key = null }, Timeout);
        }
    }

    private async Task<Attempt> AttemptAsync(Request request, TimeSpan timeout)
    {
        using var message = Message(request);
        using var patience = new CancellationTokenSource(timeout);
        var sent = History.Now;
        Attempt attempt;
        try
        {
            using var response = await http.SendAsync(message, patience.Token);
            var text = await response.Content.ReadAsStringAsync(patience.Token);
            var (reply, id) = Read(response, text);
            attempt = new Attempt(request, sent, History.Now, reply, id, $"{(int)response.StatusCode} {text}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            attempt = new Attempt(request, sent, History.Now, Reply.InDoubt, Words: exception.Message);
        }

        history.Add(attempt);
        return attempt;
    }

    private HttpRequestMessage Message(Request request)
    {
        var body = new Dictionary<string, object> { ["eventTypeName"] = request.EventType, ["payload"] = new { marker = request.Marker } };
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(service(), $"/v1/contacts/{request.Contact}/events"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", apiKey) },
        };
        if (request.SuppressJourneys)
        {
            body["suppressJourneys"] = true;
        }

        if (request is { Key: not null, KeyInBody: true })
        {
            body["idempotencyKey"] = request.Key;
        }
        else if (request.Key is not null)
        {
            message.Headers.Add("Idempotency-Key", request.Key);
        }

        message.Content = JsonContent.Create(body);
        return message;
    }

    /// <summary>What the contract has an answer mean (section 4, rule 6, and section 5).</summary>
    private static (Reply Reply, EventId? Event) Read(HttpResponseMessage response, string text)
    {
        var answer = JsonElement.Parse(text);
        return ((int)response.StatusCode, Text("code")) switch
        {
            (201, _) => (response.Headers.Contains("Idempotency-Replayed") ? Reply.Repeated : Reply.Recorded, EventId.Parse(Text("id")!)),
            (409, "idempotencyKeyExists") when answer.GetProperty("sameRequest").GetBoolean() => (Reply.Repeated, EventId.Parse(Text("existingEventId")!)),
            (503, "overloaded") => (Reply.Refused, null),
            (503, "databaseUnavailable") => (Reply.InDoubt, null),
            _ => (Reply.Wrong, null),
        };

        string? Text(string member) => answer.TryGetProperty(member, out var value) ? value.GetString() : null;
    }
}
