using System.Diagnostics.Metrics;
using Flownally.Api.Http.Problems;
using Flownally.Api.Tests.CommandLine;
using Flownally.Application;
using Flownally.Domain.ApiKeys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Flownally.Api.Tests.Telemetry;

/// <summary>An operator finds every problem in the log, by the traceId that its answer tells, and counts problems by their code.</summary>
public sealed class ProblemReportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task A_refused_call_is_found_by_its_traceId_with_its_caller_its_operation_and_the_places_at_fault()
    {
        await using var service = await RunningService.ServeAsync(Service.ConnectionString, ("Logging__LogLevel__Flownally.Api.Http.Problems.Problem", "Debug"));
        var workspace = (await Service.NewWorkspaceAsync()).At(service.Url);
        await Service.NewTypeAsync(workspace.Tenant, "order.paid", """{"properties":{"total":{"type":"number"}}}""");
        var invalid = await workspace.RecordAsync("ctc_secret", """{"eventTypeName":"order.paid","payload":{"total":"a private word"}}""");
        var line = await LineAsync(service, (string)invalid.Json["traceId"]!);
        Assert.That(line, Does.Contain("POST /v1/contacts/{contactId}/events was refused: 422 payloadInvalid, 1 times.")
            .And.Contain("operation createContactEvent").And.Contain($"tenant {workspace.Tenant}").And.Contain("key key_").And.Contain("/payload/total (typeMismatch)"));
        Assert.That(line, Does.Not.Contain("private").And.Not.Contain("ctc_secret"));

        var reader = workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, Role.Agent, [Scopes.EventList]));
        var forbidden = await reader.RecordAsync("ctc_1", """{"eventTypeName":"signup.completed"}""");
        Assert.That(await LineAsync(service, (string)forbidden.Json["traceId"]!), Does.Contain("403 scopeMissing").And.Contain("operation createContactEvent"));

        await workspace.PostAsync("/v1/events/batch", """{"events":[{"contactId":"ctc_1","eventTypeName":"no.such"},{"contactId":"ctc_1","eventTypeName":"no.other"},{"contactId":"ctc_1","eventTypeName":"signup.completed"}]}""");
        Assert.That(await LineAsync(service, "422 eventTypeUnknown"), Does.Contain("2 times").And.Contain("operation createEvents"));
    }

    [Test]
    public async Task A_call_of_no_operation_is_found_without_the_values_in_its_path_and_on_one_line()
    {
        await using var service = await RunningService.ServeAsync(Service.ConnectionString, ("Logging__LogLevel__Flownally.Api.Http.Problems.Problem", "Debug"));
        var workspace = (await Service.NewWorkspaceAsync()).At(service.Url);
        var notFound = await workspace.GetAsync("/v1/contacts/ctc_secret/event");
        Assert.That(await LineAsync(service, (string)notFound.Json["traceId"]!), Does.Contain("GET /v1/contacts/*/* was refused: 404 routeNotFound"));

        var notAllowed = await workspace.PatchAsync("/v1/contacts/ctc_secret/events", "{}");
        Assert.That(await LineAsync(service, (string)notAllowed.Json["traceId"]!), Does.Contain("PATCH /v1/contacts/*/events was refused: 405"));

        var unknown = await workspace.GetAsync("/v1/events?a%0Awarn%3A%20all%20is%20lost=1");
        Assert.That(await LineAsync(service, (string)unknown.Json["traceId"]!), Does.Contain("places * (parameterUnknown)"));

        var personal = await workspace.RecordAsync("ctc_1", """{"eventTypeName":"signup.completed","payload":{"by":{"someone@example.com":"\ud800","4915112345678":"\ud800"}}}""");
        Assert.That(await LineAsync(service, (string)personal.Json["traceId"]!), Does.Contain("places /payload/by/* (").And.Not.Contain("someone").And.Not.Contain("49151"));
    }

    [Test]
    public async Task An_outage_is_a_warning_with_what_is_behind_it()
    {
        await using var service = await RunningService.ServeAsync("Host=127.0.0.1;Port=1;Username=a;Database=a");
        var answer = await (await Service.NewWorkspaceAsync()).At(service.Url).GetAsync("/v1/event-types");
        Assert.That(await LineAsync(service, (string)answer.Json["traceId"]!), Does.Contain("GET /v1/event-types failed: 503 databaseUnavailable").And.Contain("operation getEventTypes")
            .And.Contain("No server accepts connections at the database's address.").And.Contain("Failed to connect to 127.0.0.1:1"));
    }

    [Test]
    public void However_many_calls_are_refused_the_log_stays_short_and_the_count_is_exact()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var counted = new MetricCollector<long>(meters, "Flownally", "flownally.problems");
        var log = new FakeLogger<Problem>();
        using var report = new ProblemReport(meters, new DefaultEndpointDataSource(), log);
        for (var i = 0; i < 5_000; i++)
        {
            report.Add(new DefaultHttpContext(), new DatabaseUnavailable(), traceId: null);
        }

        Assert.That(log.Collector.GetSnapshot().Count(line => line.Level == LogLevel.Warning), Is.InRange(100, 1_000));
        Assert.That(counted.GetMeasurementSnapshot().Sum(measurement => measurement.Value), Is.EqualTo(5_000));
    }

    private static async Task<string> LineAsync(RunningService service, string part)
    {
        for (var since = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(since) < Patience; await Task.Delay(20))
        {
            if (service.Log.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }
        }

        throw new TimeoutException($"The log has no line with {part}.");
    }
}
