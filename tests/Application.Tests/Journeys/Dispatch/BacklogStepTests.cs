using System.Text.Json;
using Flownally.Application.Feed;
using Flownally.Application.Journeys.Delivery;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Journeys.Dispatch;

public sealed class BacklogStepTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));
    private static readonly IdGenerator Ids = new(Clock);
    private static readonly JourneyShareOptions Share = new();
    private static readonly FeedPlace Place = new(200, 0);
    private static readonly DispatchCursor Stored = new(new FeedPlace(190, 1), new JourneyEntryId(Ids.Next()));

    private readonly Mock<IJourneyFeed> _feed = new();
    private readonly Mock<IDispatchStore> _store = new();
    private DispatchStep? _written;

    [SetUp]
    public void Start()
    {
        _written = null;
        _feed.Reset();
        _store.Reset();
        _store.Setup(store => store.SaveAsync(It.IsAny<DispatchStep>(), default)).ReturnsAsync((DispatchStep step, CancellationToken _) =>
        {
            _written = step;
            return [.. step.Entries.Select(entry => new DueEntry(entry.TenantId, entry.JourneyId, entry.Id, entry.ContactId, 0))];
        });
    }

    [Test]
    public async Task A_tenant_that_has_read_all_up_to_the_cursor_is_no_longer_behind()
    {
        var backlog = Behind([Candidate(101, 1), Candidate(102, 1)], more: false);
        var step = await RunAsync(backlog);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(step.State.Behind, Is.Empty);
            Assert.That(_written!.CaughtUp, Is.EqualTo([backlog.TenantId]));
            Assert.That(_written.Behind, Is.Empty);
            Assert.That(_written.Entries, Has.Count.EqualTo(2));
            Assert.That(_written.From, Is.EqualTo(Stored));
            Assert.That((_written.To, _written.To.Place), Is.EqualTo((step.State.Stored, Place)));
        }
    }

    [Test]
    public async Task A_share_ends_with_the_event_that_uses_it_up()
    {
        var backlog = Behind([Candidate(101, 1), Candidate(102, Share.Entries - 1), Candidate(103, 1)], more: false);
        var step = await RunAsync(backlog);
        Assert.That(_written!.Entries, Has.Count.EqualTo(Share.Entries));
        Assert.That(step.State.Behind.Single().Place, Is.EqualTo(new FeedPlace(102, 1)));
        Assert.That(_written.Behind, Is.EqualTo(step.State.Behind));
    }

    [Test]
    public async Task What_was_not_read_yet_is_left_though_the_share_is_not_used_up()
    {
        var step = await RunAsync(Behind([Candidate(101, 1)], more: true));
        Assert.That(step.State.Behind.Single().Place, Is.EqualTo(new FeedPlace(150, 0)));
    }

    [Test]
    public async Task Tenants_take_turns()
    {
        var backlogs = Enumerable.Range(0, 7).Select(_ => Behind([Candidate(101, Share.Entries), Candidate(102, 1)], more: false)).ToList();
        var step = await RunAsync([.. backlogs]);
        Assert.That(_written!.Entries, Has.Count.EqualTo(5 * Share.Entries), "as many as make a step");
        Assert.That(step.State.Behind.Select(backlog => backlog.TenantId), Is.EqualTo([.. backlogs[5..].Select(backlog => backlog.TenantId), .. backlogs[..5].Select(backlog => backlog.TenantId)]));
    }

    [Test]
    public async Task A_step_looks_at_few_tenants_though_none_of_their_events_makes_an_entry()
    {
        var backlogs = Enumerable.Range(0, BacklogStep.MaxTenants + 1).Select(_ => Behind([], more: true)).ToList();
        var step = await RunAsync([.. backlogs]);
        Assert.That(step.State.Behind[0], Is.EqualTo(backlogs[^1]));
        Assert.That(_written!.Behind, Has.Count.EqualTo(BacklogStep.MaxTenants));
    }

    [Test]
    public async Task The_cursor_never_stays_as_it_was_so_that_a_leader_of_before_is_known()
    {
        Behind([], more: false);
        var step = await RunAsync(Behind([], more: false));
        Assert.That(step.State.Stored.LastEntry.ToString(), Is.GreaterThan(Stored.LastEntry.ToString()).Using((IComparer<string>)StringComparer.Ordinal));
    }

    private static CandidateEvent Candidate(long transaction, int journeys) => new(new FeedPlace(transaction, 1), default, new EventId(Ids.Next()), ContactId.Parse("ctc_1"),
        new Lazy<JsonElement>(), Enumerable.Range(0, journeys).Select(_ => new ActiveJourney(new JourneyId(Ids.Next()),
            new Lazy<JourneyActivation>(new JourneyActivation(new TriggerConfig(new EventTypeId(Ids.Next()), null), EntryMode.EveryTime)))));

    private Backlog Behind(CandidateEvent[] asked, bool more)
    {
        var backlog = new Backlog(new TenantId(Ids.Next()), new FeedPlace(100, 0));
        _feed.Setup(feed => feed.ReadBacklogAsync(backlog, Place, default)).ReturnsAsync(new JourneyPage(
            [.. asked.Select(e => e with { TenantId = backlog.TenantId })], more ? new FeedPlace(150, 0) : Place, asked.Length, more));
        return backlog;
    }

    private Task<StepResult> RunAsync(params Backlog[] backlogs) =>
        new BacklogStep(_feed.Object, _store.Object, Options.Create(Share), Clock).RunAsync(new DispatchState(Stored, Place, backlogs), default);
}
