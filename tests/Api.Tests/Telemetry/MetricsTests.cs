using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Flownally.Api.Tests.Journeys;
using Flownally.Api.Tests.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Flownally.Api.Tests.Telemetry;

/// <summary>What the service measures of journeys, webhooks and schemas, by the names that <c>docs/telemetry.md</c> lists.</summary>
public sealed class MetricsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Attempts_to_send_webhooks_are_counted_and_timed_by_outcome()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("attempt_metrics");
        using var attempts = Collect<long>(service, "flownally.webhooks.attempts");
        using var durations = Collect<double>(service, "flownally.webhooks.attempt.duration");
        await ActivateAsync(service.Workspace, receiver.Url().ToString());
        await ActivateAsync(service.Workspace, "http://127.0.0.1:1/");
        await service.Workspace.RecordedAsync("ctc_1");
        await UntilAsync(() => durations.GetMeasurementSnapshot().Select(measured => measured.Tags["outcome"]).Distinct().Count() == 2);
        var counted = attempts.GetMeasurementSnapshot();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(counted.Count(measured => Equals(measured.Tags["outcome"], "delivered")), Is.EqualTo(1));
            Assert.That(counted.Count(measured => Equals(measured.Tags["outcome"], "connection")), Is.AtLeast(1));
            Assert.That(counted.Select(measured => measured.Value), Has.All.EqualTo(1));
            Assert.That(durations.GetMeasurementSnapshot().Select(measured => measured.Value), Has.All.GreaterThan(0).And.All.LessThan(15));
        }
    }

    [Test]
    public async Task Decisions_about_schemas_are_counted_and_timed_by_their_basis()
    {
        await using var service = await OwnService.StartAsync("decision_metrics");
        using var decisions = Collect<long>(service, "flownally.schema.decisions");
        using var durations = Collect<double>(service, "flownally.schema.decision.duration");
        var type = (await service.Workspace.PostAsync("/v1/event-types", """{"name":"order.settled"}""")).Json;
        var recorded = await service.Workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.settled","payload":{"id":1}}""");
        Assert.That(recorded.Status, Is.EqualTo(201), recorded.Text);
        await ChangeAsync("""{"payloadSchema":{"required":["id"]}}""", 200);
        await ChangeAsync("""{"payloadSchema":{"required":["id","total"]}}""", 409);
        await ChangeAsync("""{"payloadSchema":{}}""", 200);
        await ChangeAsync("""{"payloadSchema":null}""", 200);
        await ChangeAsync("""{"description":"Nothing about the schema."}""", 200);
        string[] expected = ["scan", "scan", "proof", "proof"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(decisions.GetMeasurementSnapshot().Select(measured => measured.Tags["basis"]), Is.EqualTo(expected));
            Assert.That(durations.GetMeasurementSnapshot().Select(measured => measured.Tags["basis"]), Is.EqualTo(expected));
            Assert.That(durations.GetMeasurementSnapshot().Select(measured => measured.Value), Has.All.GreaterThan(0));
        }

        async Task ChangeAsync(string change, int status) =>
            Assert.That((await service.Workspace.PatchAsync($"/v1/event-types/{type["id"]}", change)).Status, Is.EqualTo(status), change);
    }

    [Test]
    public async Task The_lag_of_the_journeys_grows_while_they_cannot_go_on()
    {
        await using var service = await OwnService.StartAsync("journeys_lag");
        using var lag = Collect<double>(service, "flownally.journeys.lag");
        await ActivateAsync(service.Workspace, target: null);
        await UntilAsync(() => Read(lag) == 0);
        const string Lock = "LOCK TABLE journey_cursor IN EXCLUSIVE MODE";
        await using (var obstacle = await Obstacle.StandAsync(Lock, connectionString: service.ConnectionString))
        {
            await service.Workspace.RecordedAsync("ctc_1");
            await obstacle.UntilInTheWayAsync();
            await UntilAsync(() => Read(lag) > 0.5);
            await obstacle.CommitAsync();
        }

        await UntilAsync(() => Read(lag) == 0);
    }

    private static MetricCollector<T> Collect<T>(OwnService service, string name) where T : struct =>
        new(service.Services.GetRequiredService<IMeterFactory>(), "Flownally", name);

    private static double Read(MetricCollector<double> gauge)
    {
        gauge.RecordObservableInstruments();
        return gauge.LastMeasurement!.Value;
    }

    /// <summary>Makes a journey that reacts to each event that <see cref="Workspace.RecordedAsync"/> records.</summary>
    private static async Task ActivateAsync(Workspace workspace, string? target)
    {
        var types = (await workspace.GetAsync("/v1/event-types?pageSize=200")).Json["eventTypes"]!.AsArray();
        var type = types.Single(type => (string)type!["name"]! == "signup.completed")!;
        var journey = new JsonObject
        {
            ["name"] = "a",
            ["entryMode"] = "everyTime",
            ["triggerConfig"] = new JsonObject { ["eventTypeId"] = (string)type["id"]! },
        };
        if (target is not null)
        {
            journey["target"] = new JsonObject { ["url"] = target, ["secret"] = Webhooks.Secret };
        }

        var answer = await workspace.PostAsync("/v1/journeys", journey.ToJsonString());
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
        Assert.That((await workspace.PostAsync($"/v1/journeys/{answer.Json["id"]}/activate", "")).Status, Is.EqualTo(200));
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var since = Stopwatch.GetTimestamp(); !isSo(); await Task.Delay(20))
        {
            Assert.That(Stopwatch.GetElapsedTime(since), Is.LessThan(Patience));
        }
    }
}
