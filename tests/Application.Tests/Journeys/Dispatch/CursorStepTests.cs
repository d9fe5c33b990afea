using System.Globalization;
using System.Text.Json;
using Flownally.Application.Feed;
using Flownally.Application.Journeys.Delivery;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Journeys.Dispatch;

public sealed class CursorStepTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));
    private static readonly IdGenerator Ids = new(Clock);
    private static readonly JourneyShareOptions Share = new();
    private static readonly PayloadSchema Filter = PayloadSchema.Parse(JsonElement.Parse("""{"required":["total"]}""")).Value;
    private static readonly FeedPlace Place = new(100, 7);
    private static readonly FeedPlace Through = new(120, 0);

    private readonly Mock<IJourneyFeed> _feed = new();
    private readonly Mock<IDispatchStore> _store = new();
    private readonly List<DispatchStep> _entered = [];
    private DispatchCursor _stored;

    [SetUp]
    public void Start()
    {
        _entered.Clear();
        _feed.Reset();
        _store.Reset();
        _stored = new DispatchCursor(new FeedPlace(90, 1), new JourneyEntryId(Ids.Next()));
        _store.Setup(store => store.SaveAsync(It.IsAny<DispatchStep>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((DispatchStep step, CancellationToken _) =>
            {
                _entered.Add(step);
                return [.. step.Entries.Select(entry => new DueEntry(entry.TenantId, entry.JourneyId, entry.Id, entry.ContactId, 0))];
            });
    }

    [Test]
    public async Task Who_matches_enters_in_the_order_of_the_feed_and_the_cursor_moves_along()
    {
        var filter = PayloadSchema.Parse(JsonElement.Parse("""{"required":["total"]}""")).Value;
        Read(3, Candidate("ctc_1", "{}", (null, EntryMode.Once)), Candidate("ctc_2", "{}", (filter, EntryMode.Once)),
            Candidate("ctc_3", """{"total":1}""", (filter, EntryMode.EveryTime), (null, EntryMode.Once)));
        var step = await RunAsync();
        var (from, to, entries, _, _, _) = _entered.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(entries.Select(entry => (entry.ContactId.Value, entry.Once)), Is.EqualTo([("ctc_1", true), ("ctc_3", false), ("ctc_3", true)]));
            Assert.That(entries.Select(entry => entry.Id.ToString()), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
            Assert.That(from, Is.EqualTo(_stored));
            Assert.That(to, Is.EqualTo(new DispatchCursor(Through, entries[^1].Id)));
            Assert.That(step.Due.Select(due => due.Id), Is.EqualTo(entries.Select(entry => entry.Id)));
            Assert.That((step.State.Stored, step.State.Place, step.More), Is.EqualTo((to, Through, false)));
        }
    }

    [Test]
    public async Task Ids_follow_the_newest_entry_though_the_clock_went_back()
    {
        var ahead = new FakeTimeProvider(Clock.GetUtcNow() + TimeSpan.FromHours(1));
        _stored = _stored with { LastEntry = new JourneyEntryId(new IdGenerator(ahead).Next()) };
        Read(1, Candidate("ctc_1", "{}", (null, EntryMode.Once)));
        await RunAsync();
        Assert.That(_entered.Single().Entries.Single().Id.ToString(), Is.GreaterThan(_stored.LastEntry.ToString()).Using((IComparer<string>)StringComparer.Ordinal));
    }

    [Test]
    public async Task Where_nobody_enters_nothing_is_written_until_a_page_is_full()
    {
        Read(CursorStep.PageSize - 1);
        var step = await RunAsync();
        Assert.That((step.State.Stored, step.State.Place, step.More), Is.EqualTo((_stored, Through, false)));
        Assert.That(_entered, Is.Empty);

        Read(CursorStep.PageSize);
        step = await RunAsync();
        Assert.That((step.State.Stored, step.State.Place, step.More), Is.EqualTo((_stored with { Place = Through }, Through, true)));
        Assert.That(_entered.Single().Entries, Is.Empty);
    }

    [Test]
    public async Task As_many_entries_as_a_page_has_events_end_the_step_behind_the_event_that_made_them()
    {
        var half = Enumerable.Repeat<(PayloadSchema?, EntryMode)>((null, EntryMode.EveryTime), CursorStep.PageSize / 2).ToArray();
        Read(3, Candidate("ctc_1", "{}", half), Candidate("ctc_2", "{}", half), Candidate("ctc_3", "{}", half));
        var step = await RunAsync();
        Assert.That(_entered.Single().Entries.Select(entry => entry.ContactId.Value).Distinct(), Is.EqualTo(["ctc_1", "ctc_2"]));
        Assert.That((step.State.Place, step.State.Stored.Place, step.More), Is.EqualTo((new FeedPlace(110, 2), new FeedPlace(110, 2), true)));
    }

    [Test]
    public async Task A_tenant_that_has_used_up_its_share_falls_behind_and_the_others_go_on()
    {
        var (large, small) = (new TenantId(Ids.Next()), new TenantId(Ids.Next()));
        var many = Enumerable.Repeat<(PayloadSchema?, EntryMode)>((null, EntryMode.EveryTime), Share.Entries).ToArray();
        Read(4, Candidate("ctc_1", "{}", many) with { TenantId = large }, Candidate("ctc_2", "{}", many) with { TenantId = large },
            Candidate("ctc_3", "{}", (null, EntryMode.Once)) with { TenantId = small }, Candidate("ctc_4", "{}", many) with { TenantId = large });
        var step = await RunAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_entered.Single().Entries.CountBy(entry => entry.ContactId.Value), Is.EquivalentTo(new Dictionary<string, int> { ["ctc_1"] = Share.Entries, ["ctc_3"] = 1 }));
            Assert.That(_entered.Single().Behind, Is.EqualTo([new Backlog(large, new FeedPlace(110, 1))]));
            Assert.That(step.State.Behind, Is.EqualTo(_entered.Single().Behind));
            Assert.That(step.State.Place, Is.EqualTo(Through));
        }
    }

    [TestCase(-1, false)]
    [TestCase(0, true)]
    [TestCase(1, true)]
    public async Task A_share_is_used_up_with_its_last_entry(int beyond, bool isUsedUp)
    {
        var tenant = new TenantId(Ids.Next());
        var some = Enumerable.Repeat<(PayloadSchema?, EntryMode)>((null, EntryMode.EveryTime), Share.Entries + beyond).ToArray();
        Read(2, Candidate("ctc_1", "{}", some) with { TenantId = tenant }, Candidate("ctc_2", "{}", (null, EntryMode.Once)) with { TenantId = tenant });
        Assert.That((await RunAsync()).State.Behind.Count == 1, Is.EqualTo(isUsedUp));
    }

    [Test]
    public async Task A_tenant_without_further_events_does_not_fall_behind_however_many_entries_its_last_one_makes()
    {
        Read(1, Candidate("ctc_1", "{}", [.. Enumerable.Repeat<(PayloadSchema?, EntryMode)>((null, EntryMode.EveryTime), Share.Entries + 1)]));
        var step = await RunAsync();
        Assert.That((step.Due.Count, step.State.Behind), Is.EqualTo((Share.Entries + 1, Array.Empty<Backlog>())));
    }

    [Test]
    public async Task A_tenant_whose_filters_take_long_falls_behind_though_nobody_enters()
    {
        var (slow, other) = (new TenantId(Ids.Next()), new TenantId(Ids.Next()));
        var first = Candidate("ctc_1", "{}", (Filter, EntryMode.Once)) with { TenantId = slow, Payload = new Lazy<JsonElement>(() => { Clock.Advance(Share.Time); return JsonElement.Parse("{}"); }) };
        Read(3, first, Candidate("ctc_2", "{}", (null, EntryMode.Once)) with { TenantId = slow }, Candidate("ctc_3", "{}", (null, EntryMode.Once)) with { TenantId = other });
        await RunAsync();
        Assert.That(_entered.Single().Behind, Is.EqualTo([new Backlog(slow, first.Place)]));
        Assert.That(_entered.Single().Entries.Single().TenantId, Is.EqualTo(other));
    }

    [Test]
    public async Task A_filter_that_cannot_tell_does_not_match_and_is_told_of_once_in_a_step()
    {
        var broken = new ActiveJourney(new JourneyId(Ids.Next()), new Lazy<JourneyActivation>(() => throw new InvalidOperationException("A schema of before.")), TriggerRevision: 4);
        var complex = new ActiveJourney(new JourneyId(Ids.Next()), new Lazy<JourneyActivation>(new JourneyActivation(
            new TriggerConfig(new EventTypeId(Ids.Next()), Journeys.TooComplex), EntryMode.Once)));
        var events = Enumerable.Range(1, 2).Select(i => Candidate($"ctc_{i}", "{}") with { Journeys = [broken, complex] }).ToArray();
        Read(3, [.. events, Candidate("ctc_3", "{}", (null, EntryMode.Once))]);
        var step = await RunAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_entered.Single().Entries.Select(entry => entry.ContactId.Value), Is.EqualTo(["ctc_3"]));
            Assert.That(_entered.Single().To.Place, Is.EqualTo(Through));
            Assert.That(step.FailedFilters.Select(failed => (failed.JourneyId, failed.TriggerRevision, failed.Error.Code, failed.Error.EventId, failed.Times)), Is.EqualTo([
                (broken.Id, 4, FilterError.Failed, events[1].Id, 2), (complex.Id, 1, FilterError.TooComplex, events[1].Id, 2),
            ]));
            Assert.That(_entered.Single().FailedFilters, Is.EqualTo(step.FailedFilters));
        }
    }

    [Test]
    public async Task The_filters_of_one_event_share_its_work()
    {
        const int Most = (int)(EntryMatcher.MaxEventWork / EntryMatcher.MaxFilterWork) + 5;
        Read(1, Candidate("ctc_1", "{}", [.. Enumerable.Repeat<(PayloadSchema?, EntryMode)>((Journeys.TooComplex, EntryMode.Once), Most), (Filter, EntryMode.Once)]));
        var step = await RunAsync();
        Assert.That(step.FailedFilters.Select(failed => failed.Error.Code), Is.EqualTo(Enumerable.Repeat(FilterError.TooComplex, Most + 1)), "The last one finds no work left.");
    }

    [Test]
    public async Task A_payload_that_cannot_be_read_concerns_only_the_journeys_that_ask_for_it()
    {
        Read(1, Candidate("ctc_1", "{", (null, EntryMode.Once), (Filter, EntryMode.Once)));
        var step = await RunAsync();
        Assert.That((step.Due.Count, step.FailedFilters.Single().Error.Code), Is.EqualTo((1, FilterError.Failed)));
    }

    [Test]
    public void A_step_ends_when_it_is_told_to()
    {
        using var stopping = new CancellationTokenSource();
        var asked = Candidate("ctc_1", "{}", (Filter, EntryMode.Once), (Filter, EntryMode.Once));
        Read(1, asked with { Payload = new Lazy<JsonElement>(() => { stopping.Cancel(); return JsonElement.Parse("{}"); }) });
        Assert.That(() => RunAsync(stopping.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_entered, Is.Empty);
    }

    [Test]
    public void A_step_is_left_for_later_on_a_machine_that_is_too_busy()
    {
        var candidate = Candidate("ctc_1", "{}", (Filter, EntryMode.Once));
        Read(1, candidate with { Payload = new Lazy<JsonElement>(() => throw new WorkTimedOutException()) });
        Assert.That(() => RunAsync(), Throws.TypeOf<WorkTimedOutException>());
        Assert.That(_entered, Is.Empty);
    }

    private static CandidateEvent Candidate(string contact, string payload, params (PayloadSchema? Filter, EntryMode Mode)[] journeys) => new(
        new FeedPlace(110, int.Parse(contact.AsSpan(4), CultureInfo.InvariantCulture)), new TenantId(Ids.Next()), new EventId(Ids.Next()), ContactId.Parse(contact),
        new Lazy<JsonElement>(() => JsonElement.Parse(payload)), journeys.Select(journey => new ActiveJourney(
            new JourneyId(Ids.Next()), new Lazy<JourneyActivation>(new JourneyActivation(new TriggerConfig(new EventTypeId(Ids.Next()), journey.Filter), journey.Mode)))));

    private void Read(int events, params CandidateEvent[] asked) =>
        _feed.Setup(feed => feed.ReadAsync(Place, CursorStep.PageSize, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new JourneyPage(asked, Through, events, More: events == CursorStep.PageSize));

    private Task<StepResult> RunAsync(CancellationToken stopping = default) =>
        new CursorStep(_feed.Object, _store.Object, Options.Create(Share), Clock).RunAsync(new DispatchState(_stored, Place, []), stopping);
}
