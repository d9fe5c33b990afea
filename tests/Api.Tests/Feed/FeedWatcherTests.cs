using System.Diagnostics.Metrics;
using Flownally.Application.Feed;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Feed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Flownally.Api.Tests.Feed;

/// <summary>Who is woken, by whom, and when.</summary>
public sealed class FeedWatcherTests
{
    [Test]
    public async Task Only_readers_of_the_tenant_are_woken()
    {
        await using var service = await OwnService.StartAsync("woken");
        var (mine, other) = (await service.NewWorkspaceAsync(), await service.NewWorkspaceAsync());
        await AtRestAsync(service);
        var (mineWoken, otherWoken) = (Watcher(service).NextAsync(mine.Tenant), Watcher(service).NextAsync(other.Tenant));
        await mine.RecordedAsync("ctc_1");
        Assert.That(await mineWoken.WaitAsync(FeedReading.Patience));
        Assert.That(otherWoken.IsCompleted, Is.False);
        await other.RecordedAsync("ctc_1");
        Assert.That(await otherWoken.WaitAsync(FeedReading.Patience));
    }

    [Test]
    public async Task Readers_are_woken_when_an_event_can_be_read_and_not_before_and_a_gauge_tells_how_long_that_takes()
    {
        await using var service = await OwnService.StartAsync("held");
        await AtRestAsync(service);
        using var lag = new Gauge(service.Services.GetRequiredService<IMeterFactory>());
        await using var held = await service.Workspace.BeginRecordingAsync(service.ConnectionString);
        await service.Workspace.RecordedAsync("ctc_1");
        var afterwards = Watcher(service).NextAsync(service.Workspace.Tenant); // it comes too late for the signal
        Assert.That(lag.Read, Is.GreaterThan(1.0).After(20_000, 20)); // so that the looks have become seldom
        Assert.That(afterwards.IsCompleted, Is.False);
        await held.CommitAsync();
        Assert.That(await afterwards.WaitAsync(FeedReading.Patience));
        Assert.That((await service.Workspace.ReadFeedAsync(2)).Events, Has.Count.EqualTo(2));
        Assert.That(lag.Read, Is.Zero.After(20_000, 20));
    }

    [Test]
    public async Task Nobody_looks_for_events_that_nobody_waits_for_and_who_comes_later_misses_none()
    {
        await using var service = await OwnService.StartAsync("unasked");
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), service.ConnectionString).BuildServiceProvider();
        using var lag = new Gauge(services.GetRequiredService<IMeterFactory>());
        var watcher = services.GetRequiredService<FeedWatcher>();
        await watcher.StartAsync(default);
        var elsewhere = watcher.NextAsync(new TenantId(Guid.AllBitsSet));
        await using var held = await service.Workspace.BeginRecordingAsync(service.ConnectionString);
        await service.Workspace.RecordedAsync("ctc_1");
        watcher.Recorded([service.Workspace.Tenant]);
        await Task.Delay(200); // in which there would be a dozen looks
        Assert.That(lag.Read, Is.Zero);
        var (here, anyone) = (watcher.NextAsync(service.Workspace.Tenant), watcher.NextAsync());
        Assert.That(lag.Read, Is.Positive.After(20_000, 20));
        Assert.That(here.IsCompleted || anyone.IsCompleted, Is.False);
        await held.CommitAsync();
        Assert.That(await here.WaitAsync(FeedReading.Patience));
        Assert.That(await anyone.WaitAsync(FeedReading.Patience));
        Assert.That(elsewhere.IsCompleted, Is.False);
        await watcher.StopAsync(default);
    }

    [TestCase("'another *'")]
    [TestCase("'another nonsense'")]
    [TestCase("'another tn_00000000000000000000000000 ' || repeat('x', 7000)")]
    public async Task A_notification_that_names_no_tenant_speaks_of_all(string payload)
    {
        await using var service = await OwnService.StartAsync($"everyone_{payload.Length}");
        await AtRestAsync(service);
        var woken = Watcher(service).NextAsync(service.Workspace.Tenant);
        await service.ExecuteAsync($"SELECT pg_notify('flownally_feed', {payload})");
        Assert.That(await woken.WaitAsync(FeedReading.Patience));
    }

    [Test]
    public async Task When_many_tenants_record_at_once_the_others_are_told_of_all()
    {
        await using var service = await OwnService.StartAsync("multitude");
        await using var listener = new NpgsqlConnection(service.ConnectionString);
        await listener.OpenAsync();
        List<string> told = [];
        listener.Notification += (_, notification) => told.Add(notification.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN flownally_feed", listener))
        {
            await listen.ExecuteNonQueryAsync();
        }

        var ids = new IdGenerator(TimeProvider.System);
        foreach (var many in new[] { 250, 251 })
        {
            told.Clear();
            service.Services.GetRequiredService<FeedNotices>().Recorded([.. Enumerable.Range(0, many).Select(_ => (TenantId?)new TenantId(ids.Next()))]);
            await listener.WaitAsync(new CancellationTokenSource(FeedReading.Patience).Token);
            Assert.That(told.Single().Split(' ')[1..], Has.Length.EqualTo(many == 250 ? 250 : 1));
        }
    }

    [Test]
    public async Task Everyone_is_woken_when_a_lost_connection_is_there_again()
    {
        await using var service = await OwnService.StartAsync("lost");
        await AtRestAsync(service);
        var woken = Watcher(service).NextAsync(service.Workspace.Tenant);
        await service.ExecuteAsync("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE  datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')
            """);
        Assert.That(await woken.WaitAsync(FeedReading.Patience));
        var again = Watcher(service).NextAsync(service.Workspace.Tenant);
        await service.ExecuteAsync("SELECT pg_notify('flownally_feed', 'another *')");
        Assert.That(await again.WaitAsync(FeedReading.Patience));
    }

    [Test]
    public async Task What_nobody_told_of_is_found_within_half_a_minute()
    {
        await using var service = await OwnService.StartAsync("untold");
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), service.ConnectionString)
            .AddSingleton<TimeProvider>(clock).BuildServiceProvider();
        var watcher = services.GetRequiredService<FeedWatcher>();
        await watcher.StartAsync(default);
        await using (var recording = await service.Workspace.BeginRecordingAsync(service.ConnectionString))
        {
            await recording.CommitAsync();
        }

        var woken = watcher.NextAsync(service.Workspace.Tenant);
        for (var (passed, end) = (0, TimeProvider.System.GetUtcNow() + FeedReading.Patience); !woken.IsCompleted; passed++)
        {
            Assert.That(TimeProvider.System.GetUtcNow(), Is.LessThan(end));
            Assert.That(passed, Is.LessThan(5_000));
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        Assert.That(await woken);
        await watcher.StopAsync(default);
    }

    [Test]
    public async Task What_is_recorded_while_a_process_ends_is_told_to_the_others()
    {
        await using var service = await OwnService.StartAsync("last");
        await AtRestAsync(service);
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), service.ConnectionString).BuildServiceProvider();
        var (readers, others) = (services.GetRequiredService<FeedWatcher>(), services.GetRequiredService<FeedNotices>());
        await readers.StartAsync(default);
        await others.StartAsync(default);
        await readers.StoppingAsync(default);
        Assert.That(await readers.NextAsync(service.Workspace.Tenant), Is.False);
        await readers.StopAsync(default);
        await others.StopAsync(default);
        var woken = Watcher(service).NextAsync(service.Workspace.Tenant);
        others.Recorded([service.Workspace.Tenant]);
        await others.StoppedAsync(default);
        Assert.That(await woken.WaitAsync(FeedReading.Patience));
    }

    private static IFeedWatcher Watcher(OwnService service) => service.Services.GetRequiredService<IFeedWatcher>();

    /// <summary>Waits until everyone was woken because listening has begun: then a tenant of no events is heard of, too.</summary>
    private static async Task AtRestAsync(OwnService service)
    {
        var nobody = new TenantId(Guid.AllBitsSet);
        var woken = Watcher(service).NextAsync(nobody);
        await service.ExecuteAsync($"SELECT pg_notify('flownally_feed', 'another {nobody}')");
        await woken.WaitAsync(FeedReading.Patience);
    }

    /// <summary>Reads <c>flownally.feed.lag</c> of one process.</summary>
    private sealed class Gauge : IDisposable
    {
        private readonly MeterListener _listener = new();
        private double _value = double.NaN;

        public Gauge(IMeterFactory process)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "flownally.feed.lag" && instrument.Meter.Name == "Flownally" && instrument.Unit == "s" && instrument.Meter.Scope == process)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, value, _, _) => _value = value);
            _listener.Start();
        }

        public double Read()
        {
            _listener.RecordObservableInstruments();
            return _value;
        }

        public void Dispose() => _listener.Dispose();
    }
}
