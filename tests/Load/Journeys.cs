using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Flownally.Domain.EventTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Flownally.Load;

/// <summary>
/// 100 active journeys: half of the events are of a type that one of them asks for, and a tenth of all passes its filter and makes a
/// contact enter.
/// </summary>
internal sealed class Journeys : IDisposable
{
    private const int Count = 100;

    /// <summary>Of the 200 types, a tenth.</summary>
    private const int Matching = 20;

    /// <summary>Of the entries, several times what lies between two steps: no more will come.</summary>
    private static readonly TimeSpan Stillness = TimeSpan.FromSeconds(0.4);

    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly HttpClient _http;
    private readonly List<string> _addresses = [];

    private Journeys(HttpClient http) => _http = http;

    /// <summary>The setting of a service whose journeys may tell a receiver on this machine.</summary>
    public static (string Name, string Value) Setting => ("Journeys__AllowPrivateTargets", "true");

    /// <summary>Recording while journeys react, and while they do not.</summary>
    /// <param name="rounds">An odd number. Rounds differ by a sixth: of 7 the middle one is known to 8 %, of 31 to 4 %.</param>
    public static async Task MeasureAsync(Workspace workspace, ApiProcess api, int rounds, Dictionary<string, Figure> results)
    {
        const int Seconds = 2; // just become active, journeys cost more for a moment than they go on to cost
        const int WarmUp = 120_000; // some steps a second react, on sessions that take turns: a while passes until all of it is compiled and planned
        const int Changes = 4; // of each journey: what makes them active would else be compiled while the first rounds are measured
        using var journeys = await CreateAsync(workspace, api);
        for (var i = 0; i < Changes; i++)
        {
            await journeys.ActivateAsync();
            await journeys.AllAsync("pause");
        }

        await journeys.ActivateAsync();
        await Rounds.WarmUpAsync(WarmUp, seconds => Recording.RunAsync(workspace, api, seconds));
        await journeys.PauseAsync(workspace);
        var (reacting, without, lag) = (new List<double>(), new List<double>(), TimeSpan.Zero);
        await Rounds.RunAsync("Journeys", rounds, () => $"{reacting[^1]:N0}/s (done {lag.TotalSeconds:N1} s later), without {without[^1]:N0}/s",
            async () => without.Add((await Recording.RunAsync(workspace, api, Seconds)).PerSecond),
            async () =>
            {
                await journeys.ActivateAsync();
                reacting.Add((await Recording.RunAsync(workspace, api, Seconds)).PerSecond);
                lag = await journeys.PauseAsync(workspace);
            });
        results["journeys"] = Figure.OfMiddleRound(reacting, without);
    }

    /// <summary>Makes journeys that do not react yet.</summary>
    /// <param name="target">Is told of each entry; null for nobody.</param>
    public static async Task<Journeys> CreateAsync(Workspace workspace, ApiProcess api, string? target = null)
    {
        var journeys = new Journeys(new HttpClient { BaseAddress = api.Url });
        journeys._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", workspace.Key);
        for (var i = 0; i < Count; i++)
        {
            var journey = await journeys.PostAsync("/v1/journeys", new
            {
                name = $"Journey {i}",
                entryMode = "everyTime",
                triggerConfig = new
                {
                    eventTypeId = new EventTypeId(workspace.Types[i]).ToString(),
                    payloadFilter = new { properties = new { total = new { minimum = i < Matching ? 100 : 1_000 } }, required = (string[])["total"] },
                },
                target = target is null ? null : new { url = target, secret = Secret },
            });
            journeys._addresses.Add($"/v1/journeys/{journey.GetProperty("id").GetString()}");
        }

        return journeys;
    }

    public Task ActivateAsync() => AllAsync("activate");

    /// <summary>Ends the reaction to what is to come, and waits until what has come is done with.</summary>
    /// <returns>How long that took: by how much the journeys lagged behind.</returns>
    public async Task<TimeSpan> PauseAsync(Workspace workspace)
    {
        await AllAsync("pause");
        var clock = TimeProvider.System;
        var (started, last) = (clock.GetTimestamp(), clock.GetTimestamp());
        for (long entries = -1; clock.GetElapsedTime(last) < Stillness; await Task.Delay(50))
        {
            var now = await workspace.AskAsync("SELECT count(*) FROM journey_entries");
            (last, entries) = now == entries ? (last, entries) : (clock.GetTimestamp(), now);
        }

        return clock.GetElapsedTime(started, last);
    }

    /// <summary>How long after its acceptance an event arrives at a receiver, while a tenth of what can be recorded is.</summary>
    public static async Task MeasureDeliveryAsync(Workspace workspace, ApiProcess api, Dictionary<string, Figure> results)
    {
        const int PerSecond = 1_000;
        const int Seconds = 20;
        const int BatchesPerSecond = 100;
        await using var receiver = await Receiver.StartAsync();
        using var journeys = await CreateAsync(workspace, api, receiver.Url);
        await journeys.ActivateAsync();
        var random = new Random(1);
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / BatchesPerSecond));
        List<Task> calls = [];
        for (var i = 0; i < Seconds * BatchesPerSecond && await ticks.WaitForNextTickAsync(); i++)
        {
            for (var n = 0; n < PerSecond / BatchesPerSecond; n++)
            {
                calls.Add(journeys.PostAsync($"/v1/contacts/ctc_{random.Next(5_000)}/events",
                    new { eventTypeName = $"order.paid.{random.Next(workspace.Types.Count)}", payload = new { orderId = "A-1", total = 129.5 } }));
            }
        }

        await Task.WhenAll(calls);
        await journeys.PauseAsync(workspace);
        var latencies = receiver.Latencies.Skip(receiver.Latencies.Count / 4).Order().ToList(); // the first ones warm up
        results["delivery_p50"] = new(latencies[latencies.Count / 2], 50);
        results["delivery_p99"] = new(latencies[latencies.Count * 99 / 100], 250);
        Program.Say(string.Create(CultureInfo.InvariantCulture, $"  {receiver.Latencies.Count} deliveries at {PerSecond} events/s, half of them within {latencies[latencies.Count / 2]:N1} ms"));
    }

    public void Dispose() => _http.Dispose();

    private async Task AllAsync(string action) => await Task.WhenAll(_addresses.Select(address => PostAsync($"{address}/{action}", new { })));

    private async Task<JsonElement> PostAsync(string address, object body)
    {
        using var answer = await _http.PostAsJsonAsync(address, body, Json);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadFromJsonAsync<JsonElement>()
            : throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Notes how old the event of each webhook is.</summary>
    private sealed class Receiver(WebApplication app) : IAsyncDisposable
    {
        private readonly List<double> _latencies = [];

        public string Url => $"{app.Urls.Single()}/hook";

        /// <summary>In milliseconds, in the order of arrival.</summary>
        public IReadOnlyList<double> Latencies
        {
            get
            {
                lock (_latencies)
                {
                    return [.. _latencies];
                }
            }
        }

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var receiver = new Receiver(app);
            app.Run(async http =>
            {
                var arrived = TimeProvider.System.GetUtcNow();
                using var body = new StreamReader(http.Request.Body, Encoding.UTF8);
                var told = JsonElement.Parse(await body.ReadToEndAsync(http.RequestAborted));
                var accepted = told.GetProperty("data").GetProperty("event").GetProperty("createdAt").GetDateTimeOffset();
                lock (receiver._latencies)
                {
                    receiver._latencies.Add((arrived - accepted).TotalMilliseconds);
                }
            });
            await app.StartAsync();
            return receiver;
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}
