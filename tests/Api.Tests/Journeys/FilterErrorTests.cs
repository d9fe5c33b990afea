using System.Diagnostics;
using System.Diagnostics.Metrics;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain.Events;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Flownally.Api.Tests.Journeys;

/// <summary>A filter that cannot be checked concerns its own journey only, which tells of it.</summary>
public sealed class FilterErrorTests
{
    /// <summary>Each level looks at the next one twice: 2 to the 30th looks, were there no budget.</summary>
    private static readonly string TooComplex = $$"""
        {"$ref":"#/$defs/l0","$defs":{"l30":{"type":"object"}{{string.Concat(Enumerable.Range(0, 30).Select(i => $$"""
            ,"l{{i}}":{"anyOf":[{"allOf":[{"$ref":"#/$defs/l{{i + 1}}"},false]},{"allOf":[{"$ref":"#/$defs/l{{i + 1}}"},false]}]}
            """))}}} }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_filter_that_takes_too_much_work_is_told_of_while_other_journeys_and_tenants_react()
    {
        await using var service = await OwnService.StartAsync("filter_error");
        using var errors = new MetricCollector<long>(service.Services.GetRequiredService<IMeterFactory>(), "Flownally", "flownally.journeys.filter_errors");
        var other = await service.NewWorkspaceAsync();
        var (stuck, flows, others) = (await ActivateAsync(service.Workspace, TooComplex), await ActivateAsync(service.Workspace, "null"), await ActivateAsync(other, "null"));
        Assert.That((await service.Workspace.GetAsync(stuck)).Json["lastFilterError"], Is.Null);
        var recorded = "";
        for (var i = 1; i <= 3; i++)
        {
            recorded = (string)(await service.Workspace.RecordedAsync("ctc_1"))["id"]!;
            await other.RecordedAsync("ctc_1");
            await UntilAsync(async () => await CountAsync(service.Workspace, flows) == i && await CountAsync(other, others) == i);
        }

        var shown = (await service.Workspace.GetAsync(stuck)).Json;
        var error = shown["lastFilterError"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CountAsync(service.Workspace, stuck), Is.Zero);
            Assert.That(((string)error["eventId"]!, (string)error["code"]!), Is.EqualTo((recorded, "tooComplex")));
            Assert.That(error.AsObject().Select(member => member.Key), Is.EqualTo(["at", "eventId", "code", "message"]));
            Assert.That((await service.Workspace.GetAsync(flows)).Json["lastFilterError"], Is.Null);
            Assert.That(await ListedAsync(), Is.EqualTo(error.ToJsonString()));
            Assert.That((await service.Workspace.PatchAsync(stuck, """{"name":"b"}""")).Json["lastFilterError"]!.ToJsonString(), Is.EqualTo(error.ToJsonString()));
            Assert.That((await service.Workspace.PostAsync($"{stuck}/pause", "")).Json["lastFilterError"]!.ToJsonString(), Is.EqualTo(error.ToJsonString()));
            Assert.That(errors.GetMeasurementSnapshot().Sum(measured => measured.Value), Is.EqualTo(3));
            Assert.That(errors.GetMeasurementSnapshot()[0].Tags["code"], Is.EqualTo("tooComplex"));
        }

        Assert.That((await service.Workspace.PatchAsync(stuck, """{"triggerConfig":{"payloadFilter":{}}}""")).Json["lastFilterError"], Is.Null);
        Assert.That((await service.Workspace.GetAsync(stuck)).Json["lastFilterError"], Is.Null);

        async Task<string> ListedAsync() => (await service.Workspace.GetAsync("/v1/journeys")).Json["journeys"]!.AsArray()
            .Single(journey => (string)journey!["id"]! == (string)shown["id"]!)!["lastFilterError"]!.ToJsonString();
    }

    /// <summary>What another version of the service accepted, this one may not know.</summary>
    [Test]
    public async Task A_stored_filter_that_cannot_be_read_stops_nobody()
    {
        await using var service = await OwnService.StartAsync("filter_unreadable");
        var (broken, flows) = (await ActivateAsync(service.Workspace, "{}"), await ActivateAsync(service.Workspace, "null"));
        await service.ExecuteAsync("""UPDATE journey_activations SET payload_filter = '{"unheardOf":1}' WHERE payload_filter IS NOT NULL""");
        await service.Workspace.RecordedAsync("ctc_1");
        await UntilAsync(async () => await CountAsync(service.Workspace, flows) == 1);
        Assert.That((string)(await service.Workspace.GetAsync(broken)).Json["lastFilterError"]!["code"]!, Is.EqualTo("failed"));
    }

    [Test]
    public void The_log_names_a_few_journeys_in_a_minute_each_once()
    {
        var (clock, log, ids) = (new FakeTimeProvider(), new FakeLogger<FilterErrorReport>(), new IdGenerator(TimeProvider.System));
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var report = new FilterErrorReport(services.GetRequiredService<IMeterFactory>(), clock, log);
        List<FailedFilter> failed = [.. Enumerable.Range(0, 30).Select(_ => new FailedFilter(default, new JourneyId(ids.Next()), 1, new FilterError(default, new EventId(default), FilterError.TooComplex), 5, null))];
        report.Add([failed[0]]);
        report.Add([failed[0]]);
        Assert.That(log.Collector.GetSnapshot().Select(line => line.Message), Has.Exactly(1).Contains(failed[0].JourneyId.ToString()));
        report.Add(failed);
        Assert.That(log.Collector.Count, Is.EqualTo(10));
        clock.Advance(TimeSpan.FromMinutes(1));
        report.Add([failed[0]]);
        Assert.That(log.Collector.Count, Is.EqualTo(11));
    }

    /// <returns>The address of a journey that reacts to each event.</returns>
    private static async Task<string> ActivateAsync(Workspace workspace, string filter)
    {
        var type = (await workspace.GetAsync("/v1/event-types?pageSize=200")).Json["eventTypes"]!.AsArray().Single(type => (string)type!["name"]! == "signup.completed")!["id"];
        var answer = await workspace.PostAsync("/v1/journeys",
            $$"""{"name":"a","entryMode":"everyTime","triggerConfig":{"eventTypeId":"{{type}}","payloadFilter":{{filter}}} }""".Replace(",\"payloadFilter\":null", "", StringComparison.Ordinal));
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
        var address = $"/v1/journeys/{answer.Json["id"]}";
        Assert.That((await workspace.PostAsync($"{address}/activate", "")).Status, Is.EqualTo(200));
        return address;
    }

    private static async Task<long> CountAsync(Workspace workspace, string journey) => (long)(await workspace.GetAsync($"{journey}/entries?pageSize=1")).Json["totalSize"]!;

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var since = Stopwatch.GetTimestamp(); !await isSo(); await Task.Delay(20))
        {
            Assert.That(Stopwatch.GetElapsedTime(since), Is.LessThan(Patience));
        }
    }
}
