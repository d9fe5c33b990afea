using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Flownally.Application.Feed;
using Flownally.Application.Journeys.Delivery;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Moq.Language.Flow;

namespace Flownally.Application.Tests.Journeys.Dispatch;

/// <summary>The loop on a clock that is moved by hand, over a feed and a store that note in which order they are asked.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class JourneyDispatcherTests : IDisposable
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);
    private static readonly DispatchCursor Stored = new(new FeedPlace(90, 1), new JourneyEntryId(Ids.Next()));

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));
    private readonly Mock<IJourneyFeed> _feed = new();
    private readonly Mock<IDispatchStore> _store = new();
    private readonly Mock<IDeliveries> _deliveries = new();
    private readonly Mock<IFeedWatcher> _watcher = new();
    private readonly ConcurrentQueue<string> _calls = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly MeterListener _listener = new();
    private readonly JourneyDispatcher _dispatcher;
    private readonly JourneyLag _lag;
    private TaskCompletionSource<bool> _news = new();
    private JourneyPage _page = new([], new FeedPlace(100, 0), 0, More: false);
    private double _measured;

    public JourneyDispatcherTests()
    {
        var meters = Meters.New();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "flownally.journeys.lag" && instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, lag, _, _) => _measured = lag);
        _listener.Start();
        _watcher.Setup(watcher => watcher.NextAsync()).Returns(() => _news.Task);
        _store.Setup(store => store.LoadAsync(It.IsAny<CancellationToken>()))
            .Returns(() => Note("load", new DispatchState(Stored, Stored.Place, [])));
        _store.Setup(store => store.SaveAsync(It.IsAny<DispatchStep>(), It.IsAny<CancellationToken>()))
            .Returns((DispatchStep step, CancellationToken _) => Note<IReadOnlyList<DueEntry>>(
                "save", [.. step.Entries.Select(entry => new DueEntry(entry.TenantId, entry.JourneyId, entry.Id, entry.ContactId, 0))]));
        SetupRead().Returns(() => Note("read", _page));
        _deliveries.Setup(deliveries => deliveries.FindDueAsync(It.IsAny<IReadOnlyCollection<JourneyEntryId>>(),
            It.IsAny<IReadOnlyDictionary<TenantId, JourneyId>>(), It.IsAny<CancellationToken>()))
            .Returns(() => Note("due", new DueEntries([], [])));
        _deliveries.Setup(deliveries => deliveries.FindWebhookAsync(It.IsAny<DueEntry>(), It.IsAny<CancellationToken>()))
            .Returns(() => Note<Webhook?>("webhook", null));
        var share = Options.Create(new JourneyShareOptions());
        _lag = new JourneyLag(meters, _clock);
        var delivery = new EntryDelivery(
            _deliveries.Object, Mock.Of<IWebhookBody>(), Mock.Of<IWebhookSender>(), meters, _clock, new RandomSource(1),
            NullLogger<EntryDelivery>.Instance);
        _dispatcher = new JourneyDispatcher(_store.Object, new CursorStep(_feed.Object, _store.Object, share, _clock),
            new BacklogStep(_feed.Object, _store.Object, share, _clock), delivery, _watcher.Object,
            new FilterErrorReport(meters, _clock, NullLogger<FilterErrorReport>.Instance), _lag, _clock);
    }

    private double Lag
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _measured;
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _listener.Dispose();
    }

    [Test]
    public async Task Leadership_is_checked_and_what_is_due_is_sent_before_the_first_step()
    {
        await RunUntilAsync(() => _calls.Contains("read"));
        Assert.That(_calls.Take(4), Is.EqualTo(["load", "check", "due", "read"]));
    }

    [Test]
    public async Task While_nothing_is_recorded_only_what_is_due_is_looked_for_once_a_second()
    {
        await RunUntilAsync(() => _calls.Count(call => call == "due") == 4);
        Assert.That(_calls.Count(call => call == "read"), Is.EqualTo(1));
        Assert.That(_calls.Count(call => call == "check"), Is.EqualTo(4));
    }

    [Test]
    public async Task What_is_recorded_is_read_and_its_webhooks_are_sent()
    {
        await RunUntilAsync(() => _calls.Contains("webhook"), () =>
        {
            _page = _page with { Candidates = [Candidate()], Events = 1 };
            Interlocked.Exchange(ref _news, new TaskCompletionSource<bool>()).SetResult(true);
        });
        Assert.That(_calls.Where(call => call is not ("check" or "due")), Is.EqualTo(["load", "read", "read", "save", "webhook"]));
    }

    [Test]
    public async Task Tenants_that_are_behind_take_turns_with_the_cursor()
    {
        var backlog = new Backlog(new TenantId(Ids.Next()), new FeedPlace(10, 0));
        _store.Setup(store => store.LoadAsync(It.IsAny<CancellationToken>()))
            .ReturnsAsync(new DispatchState(Stored, Stored.Place, [backlog]));
        _feed.Setup(feed => feed.ReadBacklogAsync(It.IsAny<Backlog>(), It.IsAny<FeedPlace>(), It.IsAny<CancellationToken>()))
            .Returns(() => Note("backlog", new JourneyPage([], new FeedPlace(20, 0), 1, More: true)));
        _page = _page with { More = true };
        await RunUntilAsync(() => _calls.Count(call => call == "backlog") == 3);
        Assert.That(_calls.Where(call => call is "read" or "backlog").Take(4), Is.EqualTo(["read", "backlog", "read", "backlog"]));
    }

    [Test]
    public async Task A_leader_that_has_lost_its_leadership_stops_within_a_second()
    {
        var leads = true;
        var running = _dispatcher.RunAsync(
            _ => leads ? Task.CompletedTask : throw new DatabaseUnavailableException("The session has ended."), _stopping.Token);
        await UntilAsync(() => _calls.Contains("read"));
        leads = false;
        var since = _clock.GetTimestamp();
        await UntilAsync(() => running.IsCompleted);
        Assert.That(() => running, Throws.TypeOf<DatabaseUnavailableException>());
        Assert.That(_clock.GetElapsedTime(since), Is.LessThan(TimeSpan.FromSeconds(1.5)));
    }

    [Test]
    public async Task A_cursor_that_another_process_has_moved_stops_the_leader()
    {
        _page = _page with { Candidates = [Candidate()], Events = 1 };
        _store.Setup(store => store.SaveAsync(It.IsAny<DispatchStep>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new LeadershipLostException());
        var running = _dispatcher.RunAsync(_ => Task.CompletedTask, _stopping.Token);
        await UntilAsync(() => running.IsCompleted);
        Assert.That(() => running, Throws.TypeOf<LeadershipLostException>());
        Assert.That(_calls, Has.None.EqualTo("webhook"));
    }

    [Test]
    public async Task The_lag_grows_while_a_step_takes_long_and_is_0_when_all_is_read()
    {
        var page = new TaskCompletionSource<JourneyPage>();
        SetupRead().Returns(page.Task);
        var running = _dispatcher.RunAsync(_ => Task.CompletedTask, _stopping.Token);
        Assert.That(Lag, Is.Zero);
        _clock.Advance(TimeSpan.FromSeconds(7));
        Assert.That(Lag, Is.EqualTo(7));
        page.SetResult(_page);
        await UntilAsync(() => Lag == 0);
        await StopAsync(running);
    }

    [Test]
    public async Task The_lag_grows_through_failures_until_another_process_leads()
    {
        SetupRead().ThrowsAsync(new DatabaseUnavailableException("It is away."));
        for (var i = 0; i < 3; i++)
        {
            var running = _dispatcher.RunAsync(_ => Task.CompletedTask, _stopping.Token);
            await UntilAsync(() => running.IsCompleted);
            Assert.That(() => running, Throws.TypeOf<DatabaseUnavailableException>());
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.That(Lag, Is.GreaterThanOrEqualTo(6));
        _lag.End();
        Assert.That(Lag, Is.Zero);
    }

    /// <summary>An event that one journey reacts to.</summary>
    private static CandidateEvent Candidate()
    {
        var activation = new JourneyActivation(new TriggerConfig(new EventTypeId(Ids.Next()), null), EntryMode.Once);
        return new CandidateEvent(new FeedPlace(95, 1), new TenantId(Ids.Next()), new EventId(Ids.Next()), ContactId.Parse("ctc_1"),
            new Lazy<JsonElement>(), [new ActiveJourney(new JourneyId(Ids.Next()), new Lazy<JourneyActivation>(activation))]);
    }

    private ISetup<IJourneyFeed, Task<JourneyPage>> SetupRead() =>
        _feed.Setup(feed => feed.ReadAsync(It.IsAny<FeedPlace>(), It.IsAny<int>(), It.IsAny<CancellationToken>()));

    private Task<T> Note<T>(string call, T answer)
    {
        _calls.Enqueue(call);
        return Task.FromResult(answer);
    }

    /// <param name="afterFirstStep">What happens once the dispatcher has read all there was.</param>
    private async Task RunUntilAsync(Func<bool> isSo, Action? afterFirstStep = null)
    {
        var running = _dispatcher.RunAsync(_ => Note("check", true), _stopping.Token);
        await UntilAsync(() => _calls.Contains("read"));
        afterFirstStep?.Invoke();
        await UntilAsync(isSo);
        await StopAsync(running);
    }

    private async Task StopAsync(Task running)
    {
        await _stopping.CancelAsync();
        await UntilAsync(() => running.IsCompleted);
        Assert.That(() => running, Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>Moves the clock by and by.</summary>
    private async Task UntilAsync(Func<bool> isSo)
    {
        for (var since = TimeProvider.System.GetTimestamp(); !isSo(); await Task.Delay(1))
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            Assert.That(TimeProvider.System.GetElapsedTime(since), Is.LessThan(TimeSpan.FromSeconds(30)));
        }
    }
}
