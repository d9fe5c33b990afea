using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Flownally.Application.EventTypes;

namespace Flownally.Load.Crash;

/// <summary>Activates and pauses journeys, and sets and removes their filters, one change after another, and writes down when each was done.</summary>
/// <param name="service">A process of the service, another one each time.</param>
internal sealed class JourneyOperator(HttpClient http, Func<Uri> service, string apiKey)
{
    private const int MostMillisecondsBetweenChanges = 150;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseBeforeRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes a journey of each kind for each type of event; they are drafts.</summary>
    public async Task<JourneyHistory> CreateAsync(IEnumerable<EventTypeResponse> types, WebhookReceiver receiver)
    {
        List<CrashJourney> journeys = [];
        foreach (var type in types)
        {
            foreach (var mode in (string[])["once", "everyTime"])
            {
                var (_, journey) = await SendAsync(HttpMethod.Post, "/v1/journeys", new
                {
                    name = mode,
                    entryMode = mode,
                    triggerConfig = new { eventTypeId = $"{type.Id}" },
                    target = new { url = receiver.Url, secret = receiver.Secret },
                });
                journeys.Add(new CrashJourney(journey.GetProperty("id").GetString()!, type.Name.Value, Once: mode == "once"));
            }
        }

        return new JourneyHistory(journeys);
    }

    /// <summary>Changes one journey after another, until told to stop and the last change is done.</summary>
    /// <exception cref="TimeoutException">A change had no definite answer after many attempts.</exception>
    public async Task RunAsync(JourneyHistory history, Random random, CancellationToken stopping)
    {
        var states = history.Journeys.ToDictionary(journey => journey, _ => (Reacts: false, Filtered: false));
        while (!stopping.IsCancellationRequested)
        {
            var journey = history.Journeys[random.Next(history.Journeys.Count)];
            var (reacts, filtered) = states[journey];
            var action = random.Next(2) == 0 ? null : reacts ? "pause" : "activate";
            states[journey] = action is null ? (reacts, !filtered) : (!reacts, filtered);
            var sent = History.Now;
            if (await InsistAsync(journey, action, !filtered) is { } wrong)
            {
                history.AddWrongAnswer(wrong);
                return;
            }

            history.Add(new Switch(journey, sent, History.Now, states[journey].Reacts, states[journey].Filtered));
            await Task.Delay(random.Next(MostMillisecondsBetweenChanges), CancellationToken.None);
        }
    }

    /// <summary>Waits until all events so far have been read for journeys: one of another type, and a journey for it, come last.</summary>
    public async Task CatchUpAsync()
    {
        const string Type = "journeys.caught-up";
        var (_, type) = await SendAsync(HttpMethod.Post, "/v1/event-types", new { name = Type });
        var (_, journey) = await SendAsync(HttpMethod.Post, "/v1/journeys",
            new { name = "Last", entryMode = "once", triggerConfig = new { eventTypeId = type.GetProperty("id") } });
        var address = $"/v1/journeys/{journey.GetProperty("id")}";
        await SendAsync(HttpMethod.Post, $"{address}/activate", new { });
        await SendAsync(HttpMethod.Post, "/v1/contacts/ctc_last/events", new { eventTypeName = Type });
        for (var since = Stopwatch.GetTimestamp(); (await SendAsync(HttpMethod.Get, $"{address}/entries")).Answer.GetProperty("totalSize").GetInt64() == 0;)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"No process has read the feed for journeys for {Patience}.");
            }

            await Task.Delay(PauseBeforeRetry);
        }
    }

    /// <summary>Each change can be asked for again: where it was made already, nothing changes.</summary>
    /// <param name="action">Null changes the filter.</param>
    /// <returns>An answer that the contract does not allow, or null where the change is made.</returns>
    private async Task<string?> InsistAsync(CrashJourney journey, string? action, bool filtered)
    {
        var (address, since) = ($"/v1/journeys/{journey.Id}", Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < Patience)
        {
            try
            {
                var (status, answer) = action is null
                    ? await SendAsync(HttpMethod.Patch, address, new { triggerConfig = new { payloadFilter = filtered ? CrashJourney.Filter : (JsonElement?)null } })
                    : await SendAsync(HttpMethod.Post, $"{address}/{action}", new { });
                if (status != 503)
                {
                    return status == 200 ? null : $"{action ?? "patch"}: {status} {answer}";
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
            {
                // In doubt; it is asked again.
            }

            await Task.Delay(PauseBeforeRetry);
        }

        throw new TimeoutException($"Journey {journey.Id} could not be changed for {Patience}.");
    }

    private async Task<(int Status, JsonElement Answer)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(service(), path))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", apiKey) },
            Content = body is null ? null : JsonContent.Create(body, new MediaTypeHeaderValue(method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json")),
        };
        using var patience = new CancellationTokenSource(Timeout);
        using var response = await http.SendAsync(request, patience.Token);
        return ((int)response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(patience.Token)));
    }
}
