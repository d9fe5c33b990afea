using System.Diagnostics.Metrics;
using System.Text.Json;
using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Recording;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using EventId = Flownally.Domain.Events.EventId;

namespace Flownally.Api.Tests.Recording;

/// <summary>A process that records no more does not go on as if nothing were.</summary>
public sealed class RecordingFailureTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);

    private static readonly EventType Type = new()
    {
        Id = new EventTypeId(Ids.Next()),
        TenantId = new TenantId(Ids.Next()),
        Name = EventTypeName.Parse("order.paid"),
        CreatedAt = default,
        UpdatedAt = default,
    };

    [Test]
    public async Task Where_recording_cannot_begin_afresh_the_process_ends_and_says_that_it_is_not_ready()
    {
        await using var log = NewLog(new Failing());
        using var host = await StartAsync(log);
        var stopping = new TaskCompletionSource();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        Assert.That(await IsReadyAsync(log));
        Assert.That(await RecordAsync(log), Is.TypeOf<RecordingOutcome.Failed>());
        await stopping.Task.WaitAsync(TimeSpan.FromSeconds(30));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(host.Services.GetServices<IHostedService>().OfType<BackgroundService>().Single().ExecuteTask!.IsFaulted, "So it ends with a status that tells.");
            Assert.That(await IsReadyAsync(log), Is.False);
            Assert.That(await RecordAsync(log), Is.TypeOf<RecordingOutcome.Overloaded>(), "Nobody waits for ever.");
        }
    }

    [Test]
    public async Task Where_recording_can_begin_afresh_the_process_goes_on()
    {
        await using var log = NewLog(NullLogger<GroupCommitLog>.Instance);
        using var host = await StartAsync(log);
        Assert.That(await RecordAsync(log), Is.TypeOf<RecordingOutcome.Failed>());
        Assert.That(await RecordAsync(log), Is.TypeOf<RecordingOutcome.Failed>(), "It has begun afresh.");
        Assert.That((await IsReadyAsync(log), log.ExecuteTask!.IsCompleted), Is.EqualTo((true, false)));
        await host.StopAsync();
    }

    [Test]
    public async Task A_process_that_serves_records_until_it_is_stopped()
    {
        await using var service = await OwnService.StartAsync("recording_failure");
        Assert.That(service.Services.GetServices<IHostedService>().OfType<GroupCommitLog>().Single().ExecuteTask!.IsCompleted, Is.False);
        await service.StopAsync();
        Assert.That(service.Services.GetServices<IHostedService>().OfType<BackgroundService>().Where(work => work.ExecuteTask!.IsFaulted), Is.Empty);
    }

    private static GroupCommitLog NewLog(ILogger<GroupCommitLog> logger) =>
        new(new Broken(), TimeProvider.System, new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(),
            Options.Create(new RecordingOptions()), logger);

    private static async Task<IHost> StartAsync(GroupCommitLog log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddHostedService(_ => log);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task<RecordingOutcome> RecordAsync(GroupCommitLog log)
    {
        var payload = Payload.Parse(JsonElement.Parse("{}")).Value;
        var recorded = Type.Record(new EventId(Ids.Next()), ContactId.Parse("ctc_1"), payload, null, null, TimeProvider.System.GetUtcNow(), new Work(Work.PerPayload));
        return await log.RecordAsync(recorded.Value, default).WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Whether a probe is told that the process is ready.</summary>
    private static async Task<bool> IsReadyAsync(GroupCommitLog log) =>
        (await new RecordingHealthCheck(log).CheckHealthAsync(new HealthCheckContext())).Status == HealthStatus.Healthy;

    /// <summary>What became of the events cannot be noted, which should not be possible.</summary>
    private sealed class Broken : IEventWriter
    {
        public Task<IReadOnlyList<RecordingOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane) =>
            Task.FromResult<IReadOnlyList<RecordingOutcome>>([]);
    }

    /// <summary>A log of the process that fails itself: then recording cannot begin afresh.</summary>
    private sealed class Failing : ILogger<GroupCommitLog>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => throw new InvalidOperationException("On purpose.");
    }
}
