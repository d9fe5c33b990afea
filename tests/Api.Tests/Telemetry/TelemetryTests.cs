using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Flownally.Api.Tests.CommandLine;
using Flownally.Load.Failover;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Flownally.Api.Tests.Telemetry;

/// <summary>What the service hands to the tools that operators have.</summary>
public sealed class TelemetryTests
{
    private static readonly HttpClient Http = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Prometheus_reads_metrics_at_an_address_of_its_own()
    {
        var metrics = new Uri($"http://127.0.0.1:{PostgresServer.FreePort()}");
        await using var service = await RunningService.ServeAsync(Service.ConnectionString, ("Metrics__Url", metrics.ToString()));
        var workspace = (await Service.NewWorkspaceAsync()).At(service.Url);
        await workspace.RecordedAsync("ctc_1");
        await workspace.GetAsync("/v1/events/evt_00000000000000000000000000");
        var text = await Http.GetStringAsync(new Uri(metrics, "/metrics"));
        Assert.That(text, Does.Match("""(?m)^flownally_problems_total\{.*code="eventNotFound".*\} 1$"""));
        foreach (var name in new[] { "http_server_request_duration_seconds_count", "db_client_connection_count", "dotnet_gc_collections_total" })
        {
            Assert.That(text, Does.Contain(name));
        }

        foreach (var measured in new[]
        {
            "flownally_events_recorded_total", "flownally_recording_group_size_sum", "flownally_recording_statement_duration_seconds_count",
        })
        {
            Assert.That(text, Does.Match($$"""(?m)^{{measured}}(\{.*\})? 1( \d+)?$"""));
        }

        foreach (var gauge in new[] { "flownally_recording_queue_events", "flownally_recording_queue_age_seconds" })
        {
            Assert.That(text, Does.Match($$"""(?m)^{{gauge}}(\{.*\})? 0( \d+)?$"""));
        }

        Assert.That(text, Does.Not.Contain(workspace.Tenant.ToString()));
        Assert.That(await StatusAsync(new Uri(metrics, "/v1/events")), Is.EqualTo(404));
        Assert.That(await StatusAsync(new Uri(new Uri(service.Url), "/metrics")), Is.EqualTo(404));
    }

    [Test]
    public async Task A_collector_gets_metrics_and_traced_calls_with_their_statements()
    {
        await using var collector = await Collector.StartAsync();
        await using var service = await RunningService.ServeAsync(Service.ConnectionString, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"), ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("Traces__Ratio", "1"));
        await (await Service.NewWorkspaceAsync()).At(service.Url).RecordedAsync("ctc_1");
        await collector.ReceivedAsync("/v1/metrics", "http.server.request.duration");
        await collector.ReceivedAsync("/v1/traces", "contacts/{contactId}/events");
        await collector.ReceivedAsync("/v1/traces", "postgresql");
    }

    [TestCase("Metrics__Url", "nowhere")]
    [TestCase("Traces__Ratio", "2")]
    public async Task A_wrong_setting_is_named_at_start(string name, string value) => Assert.That(
        (await RunningService.ToolAsync([RunningService.Program, "serve", "--port", "0"], ("ConnectionStrings__Flownally", Service.ConnectionString), (name, value))).Status, Is.Not.Zero);

    private static async Task<int> StatusAsync(Uri address)
    {
        using var response = await Http.GetAsync(address);
        return (int)response.StatusCode;
    }

    /// <summary>Takes what is exported by OTLP over HTTP.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, string Body)> _received = [];

        public string Url => app.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var collector = new Collector(app);
            app.Run(collector.TakeAsync);
            await app.StartAsync();
            return collector;
        }

        public async Task ReceivedAsync(string path, string text)
        {
            for (var since = TimeProvider.System.GetTimestamp(); !_received.Any(one => one.Path == path && one.Body.Contains(text, StringComparison.Ordinal)); await Task.Delay(50))
            {
                if (TimeProvider.System.GetElapsedTime(since) > Patience)
                {
                    throw new TimeoutException($"{text} has not arrived at {path}.");
                }
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task TakeAsync(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            _received.Enqueue((http.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
            http.Response.StatusCode = (int)HttpStatusCode.OK;
        }
    }
}
