using System.Globalization;
using System.Text.Json;
using Flownally.Application.Events;
using Flownally.Application.Journeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class EnterJourneysTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));
    private static readonly IdGenerator Ids = new(Clock);
    private static readonly FeedPlace Place = new(100, 7);
    private static readonly FeedPlace Through = new(120, 0);

    private readonly Mock<IJourneyDispatch> _dispatch = new();
    private readonly List<(DispatchCursor From, DispatchCursor To, IReadOnlyList<NewEntry> Entries)> _entered = [];
    private DispatchCursor _stored;

    [SetUp]
    public void Start()
    {
        _entered.Clear();
        _dispatch.Reset();
        _stored = new DispatchCursor(new FeedPlace(90, 1), new JourneyEntryId(Ids.Next()));
        _dispatch.Setup(d => d.EnterAsync(It.IsAny<DispatchCursor>(), It.IsAny<DispatchCursor>(), It.IsAny<IReadOnlyList<NewEntry>>(), default))
            .ReturnsAsync((DispatchCursor from, DispatchCursor to, IReadOnlyList<NewEntry> entries, CancellationToken _) =>
            {
                _entered.Add((from, to, entries));
                return [.. entries.Select(entry => new DueEntry(entry.TenantId, entry.JourneyId, entry.Id, entry.ContactId, 0))];
            });
    }

    [Test]
    public async Task Who_matches_enters_in_the_order_of_the_feed_and_the_cursor_moves_along()
    {
        var filter = PayloadSchema.Parse(JsonElement.Parse("""{"required":["total"]}""")).Value;
        Read(3, Asked("ctc_1", "{}", (null, EntryMode.Once)), Asked("ctc_2", "{}", (filter, EntryMode.Once)),
            Asked("ctc_3", """{"total":1}""", (filter, EntryMode.EveryTime), (null, EntryMode.Once)));
        var step = await SendAsync();
        var (from, to, entries) = _entered.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(entries.Select(entry => (entry.ContactId.Value, entry.Once)), Is.EqualTo([("ctc_1", true), ("ctc_3", false), ("ctc_3", true)]));
            Assert.That(entries.Select(entry => entry.Id.ToString()), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
            Assert.That(from, Is.EqualTo(_stored));
            Assert.That(to, Is.EqualTo(new DispatchCursor(Through, entries[^1].Id)));
            Assert.That(step.Due.Select(due => due.Id), Is.EqualTo(entries.Select(entry => entry.Id)));
            Assert.That((step.Stored, step.Place, step.More), Is.EqualTo((to, Through, false)));
        }
    }

    [Test]
    public async Task Ids_follow_the_newest_entry_though_the_clock_went_back()
    {
        var ahead = new FakeTimeProvider(Clock.GetUtcNow() + TimeSpan.FromHours(1));
        _stored = _stored with { LastEntry = new JourneyEntryId(new IdGenerator(ahead).Next()) };
        Read(1, Asked("ctc_1", "{}", (null, EntryMode.Once)));
        await SendAsync();
        Assert.That(_entered.Single().Entries.Single().Id.ToString(), Is.GreaterThan(_stored.LastEntry.ToString()).Using((IComparer<string>)StringComparer.Ordinal));
    }

    [Test]
    public async Task Where_nobody_enters_nothing_is_written_until_a_page_is_full()
    {
        Read(EnterJourneysHandler.PageSize - 1);
        var step = await SendAsync();
        Assert.That((step.Stored, step.Place, step.More), Is.EqualTo((_stored, Through, false)));
        Assert.That(_entered, Is.Empty);

        Read(EnterJourneysHandler.PageSize);
        step = await SendAsync();
        Assert.That((step.Stored, step.Place, step.More), Is.EqualTo((_stored with { Place = Through }, Through, true)));
        Assert.That(_entered.Single().Entries, Is.Empty);
    }

    [Test]
    public async Task As_many_entries_as_a_page_has_events_end_the_step_behind_the_event_that_made_them()
    {
        var half = Enumerable.Repeat<(PayloadSchema?, EntryMode)>((null, EntryMode.EveryTime), EnterJourneysHandler.PageSize / 2).ToArray();
        Read(3, Asked("ctc_1", "{}", half), Asked("ctc_2", "{}", half), Asked("ctc_3", "{}", half));
        var step = await SendAsync();
        Assert.That(_entered.Single().Entries.Select(entry => entry.ContactId.Value).Distinct(), Is.EqualTo(["ctc_1", "ctc_2"]));
        Assert.That((step.Place, step.Stored.Place, step.More), Is.EqualTo((new FeedPlace(110, 2), new FeedPlace(110, 2), true)));
    }

    private static AskedEvent Asked(string contact, string payload, params (PayloadSchema? Filter, EntryMode Mode)[] journeys) => new(
        new FeedPlace(110, int.Parse(contact.AsSpan(4), CultureInfo.InvariantCulture)), new TenantId(Ids.Next()), new EventId(Ids.Next()), ContactId.Parse(contact),
        JsonElement.Parse(payload), journeys.Select(journey => new ActiveJourney(
            new JourneyId(Ids.Next()), new JourneyActivation(new TriggerConfig(new EventTypeId(Ids.Next()), journey.Filter), journey.Mode))));

    private void Read(int events, params AskedEvent[] asked) =>
        _dispatch.Setup(d => d.ReadAsync(Place, EnterJourneysHandler.PageSize, default))
            .ReturnsAsync(new DispatchPage(asked, Through, events, More: events == EnterJourneysHandler.PageSize));

    private async Task<EnteredJourneys> SendAsync() =>
        (await new EnterJourneysHandler(_dispatch.Object, Clock).Handle(new EnterJourneys(_stored, Place), default)).Value;
}
