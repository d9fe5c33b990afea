using Flownally.Domain.Events;
using Flownally.Domain.Ids;
using Flownally.Load.Crash;

namespace Flownally.Api.Tests.Crash;

/// <summary>Each promise of journeys that is broken is found in a history of a few lines, and none where all is well.</summary>
public sealed class JourneyCheckerTests
{
    private const string Type = "plan.changed";

    private static readonly IdGenerator Ids = new(TimeProvider.System);

    private static readonly CrashJourney EveryTime = new("jrn_every", Type, Once: false);
    private static readonly CrashJourney Once = new("jrn_once", Type, Once: true);

    /// <summary>Of one contact; events 1 to 3 while the journeys were active, 0 before, 4 after, and their transactions are ten apart.</summary>
    private static readonly StoredEvent[] Events = [.. Enumerable.Range(0, 5).Select(i =>
        new StoredEvent(new EventId(Ids.Next()), "ctc_1", Type, null, $"a-{i}", TransactionId: 100 + (10 * i), Position: i))];

    /// <summary>Each was sent and answered before the next.</summary>
    private static readonly Attempt[] History = [.. Events.Select((e, i) =>
        new Attempt(new Request(e.Marker, e.Contact, e.EventType, null, KeyInBody: false), 100 * i, (100 * i) + 10, Reply.Recorded, e.Id))];

    private static readonly StoredInterval[] Intervals = [new(EveryTime.Id, 105, 135, Filtered: false), new(Once.Id, 105, 135, Filtered: false)];

    private static readonly Switch[] Switches = [.. from journey in new[] { EveryTime, Once }
                                                    from done in new[] { new Switch(journey, 20, 90, true, false), new Switch(journey, 320, 390, false, false) }
                                                    select done];

    private static readonly StoredEntry[] Entries =
    [
        Entry("ent_1", EveryTime, 1), Entry("ent_2", Once, 1), Entry("ent_3", EveryTime, 2), Entry("ent_4", EveryTime, 3),
    ];

    private static readonly Arrival[] Arrivals = [.. Entries.Select(Arrived)];

    [Test]
    public void Where_all_is_well_nothing_is_found() => Assert.That(Check(Entries, Arrivals), Is.Empty);

    [Test]
    public void A_webhook_may_come_again() => Assert.That(Check(Entries, [.. Arrivals, Arrivals[0], Arrivals[2]]), Is.Empty);

    [Test]
    public void An_event_that_made_nobody_enter_is_found() =>
        Assert.That(Check([Entries[0], Entries[1], Entries[3]], Arrivals), Does.Contain(new NotEntered(EveryTime.Id, Events[2].Id)));

    [TestCase(0)]
    [TestCase(4)]
    public void An_entry_with_an_event_outside_the_intervals_is_found(int e) =>
        Assert.That(Check([.. Entries, Entry("ent_5", EveryTime, e)], Arrivals), Does.Contain(new EnteredWrongly(EveryTime.Id, Events[e].Id)));

    /// <summary>Whether the store says so or the client did.</summary>
    [TestCase(true, false)]
    [TestCase(false, true)]
    public void An_entry_with_an_event_that_suppresses_journeys_is_found(bool stored, bool asked)
    {
        StoredEvent[] events = [.. Events.Select((e, i) => i == 2 && stored ? e with { SuppressesJourneys = true } : e)];
        Attempt[] history = [.. History.Select((attempt, i) => i == 2 && asked ? attempt with { Request = attempt.Request with { SuppressJourneys = true } } : attempt)];
        Assert.That(Check(Entries, Arrivals, events: events, history: history), Is.EqualTo([new EnteredWrongly(EveryTime.Id, Events[2].Id)]));
    }

    [Test]
    public void Where_events_that_suppress_journeys_make_nobody_enter_nothing_is_found()
    {
        StoredEvent[] events = [.. Events.Select((e, i) => i == 2 ? e with { SuppressesJourneys = true } : e)];
        Attempt[] history = [.. History.Select((attempt, i) => i == 2 ? attempt with { Request = attempt.Request with { SuppressJourneys = true } } : attempt)];
        Assert.That(Check([Entries[0], Entries[1], Entries[3]], [Arrivals[0], Arrivals[1], Arrivals[3]], events: events, history: history), Is.Empty);
    }

    [Test]
    public void A_second_entry_with_one_event_is_found() =>
        Assert.That(Check([.. Entries, Entry("ent_5", EveryTime, 3)], Arrivals), Does.Contain(new EnteredWrongly(EveryTime.Id, Events[3].Id)));

    [Test]
    public void A_second_entry_of_a_contact_that_enters_once_is_found() =>
        Assert.That(Check([.. Entries, Entry("ent_5", Once, 3)], Arrivals), Does.Contain(new EnteredWrongly(Once.Id, Events[3].Id)));

    [Test]
    public void An_entry_with_another_than_the_first_event_of_the_contact_is_found() =>
        Assert.That(Check([Entries[0], Entry("ent_2", Once, 2), Entries[2], Entries[3]], Arrivals),
            Is.SupersetOf(new Violation[] { new NotEntered(Once.Id, Events[1].Id), new EnteredWrongly(Once.Id, Events[2].Id) }));

    [Test]
    public void An_entry_that_the_filter_forbids_is_found() =>
        Assert.That(Check(Entries, Arrivals, [Intervals[0] with { Filtered = true }, Intervals[1]]),
            Is.EqualTo([new EnteredWrongly(EveryTime.Id, Events[1].Id), new EnteredWrongly(EveryTime.Id, Events[3].Id)]));

    /// <summary>Entries that agree with the intervals prove nothing where the intervals are wrong.</summary>
    [Test]
    public void Intervals_that_disagree_with_what_clients_were_told_are_found()
    {
        var late = Intervals[0] with { From = 115 };
        Assert.That(Check(Entries[1..], Arrivals[1..], [late, Intervals[1]]), Is.EqualTo([new NotEntered(EveryTime.Id, Events[1].Id)]));
        var longer = Intervals[0] with { To = null };
        var entry = Entry("ent_5", EveryTime, 4);
        Assert.That(Check([.. Entries, entry], [.. Arrivals, Arrived(entry)], [longer, Intervals[1]]), Is.EqualTo([new EnteredWrongly(EveryTime.Id, Events[4].Id)]));
    }

    [Test]
    public void Of_an_event_that_was_sent_during_a_change_only_the_intervals_say_what_is_right()
    {
        var late = Intervals[0] with { From = 115 };
        Assert.That(Check(Entries[1..], Arrivals[1..], [late, Intervals[1]], [Switches[0] with { Answered = 105 }, Switches[1], Switches[2], Switches[3]]), Is.Empty);
    }

    /// <summary>A journey that is paused while its tenant is behind passes by what was not read.</summary>
    [Test]
    public void Where_an_interval_is_cut_off_an_event_may_make_nobody_enter()
    {
        var (first, second) = (Events[1], Events[2]);
        var cut = Intervals[0] with { Cut = (first.TransactionId, first.Position) };
        Assert.That(Check([Entries[0], Entries[1]], Arrivals[..2], [cut, Intervals[1]]), Is.Empty);
        Assert.That(Check(Entries, Arrivals, [cut, Intervals[1]]), Is.Empty, "A step was under way.");
        cut = Intervals[0] with { Cut = (second.TransactionId, second.Position) };
        Assert.That(Check([Entries[0], Entries[1]], Arrivals[..2], [cut, Intervals[1]]), Does.Contain(new NotEntered(EveryTime.Id, second.Id)));
        var late = Intervals[1] with { Cut = (Events[0].TransactionId, Events[0].Position) };
        Assert.That(Check([Entries[0], Entry("ent_2", Once, 2), Entries[2], Entries[3]], Arrivals, [Intervals[0], late]), Does.Not.Contain(new EnteredWrongly(Once.Id, second.Id)));
        Assert.That(Check([.. Entries, Entry("ent_5", Once, 3)], Arrivals, [Intervals[0], late]), Does.Contain(new EnteredWrongly(Once.Id, Events[3].Id)), "Once is once.");
    }

    [Test]
    public void Ids_of_entries_that_do_not_ascend_in_the_order_of_the_feed_are_found() =>
        Assert.That(Check([Entries[0], Entries[1], Entry("ent_3", EveryTime, 3), Entry("ent_4", EveryTime, 2)], Arrivals),
            Does.Contain(new EnteredOutOfOrder("ent_3", "ent_4")));

    [Test]
    public void An_entry_that_nobody_was_told_of_is_found() =>
        Assert.That(Check(Entries, Arrivals[1..]), Is.EqualTo([new NotDelivered("ent_1", "delivered")]));

    [TestCase("pending")]
    [TestCase("failed")]
    public void An_entry_that_is_not_known_as_delivered_is_found(string state) =>
        Assert.That(Check([Entries[0] with { Delivery = state }, .. Entries[1..]], Arrivals), Is.EqualTo([new NotDelivered("ent_1", state)]));

    [Test]
    public void A_repeat_under_another_id_is_found() =>
        Assert.That(Check(Entries, [.. Arrivals, Arrivals[0] with { Id = "ent_9" }]), Is.EqualTo([new ToldOtherwise("ent_9", Arrivals[0].Body)]));

    [Test]
    public void Two_entries_under_one_id_are_found() =>
        Assert.That(Check(Entries, [.. Arrivals, Arrivals[2] with { Id = "ent_1" }]), Is.EqualTo([new ToldOtherwise("ent_1", Arrivals[2].Body)]));

    [Test]
    public void A_repeat_in_other_words_is_found() =>
        Assert.That(Check(Entries, [.. Arrivals, Arrivals[0] with { Body = "otherwise" }]), Is.EqualTo([new ToldOtherwise("ent_1", "otherwise")]));

    [Test]
    public void A_webhook_that_is_not_signed_is_found() =>
        Assert.That(Check(Entries, [Arrivals[0] with { Signed = false }, .. Arrivals[1..]]), Is.EqualTo([new NotSigned("ent_1")]));

    [Test]
    public void First_attempts_that_overtake_are_found() =>
        Assert.That(Check(Entries, [Arrivals[2], Arrivals[0], Arrivals[1], Arrivals[3]]), Is.EqualTo([new ToldOutOfOrder("ent_3", "ent_1")]));

    [Test]
    public void An_answer_that_the_contract_does_not_allow_is_found()
    {
        var journeys = new JourneyHistory([]);
        journeys.AddWrongAnswer("500");
        Assert.That(JourneyChecker.Check(journeys, [], CheckerTests.Stored(), new JourneyAftermath([], [])), Is.EqualTo([new AnsweredWrongly("journey", "500")]));
    }

    private static StoredEntry Entry(string id, CrashJourney journey, int e) => new(id, journey.Id, Events[e].Id, Events[e].Contact, "delivered");

    private static Arrival Arrived(StoredEntry entry) => new(entry.Id, entry.Journey, entry.Id, entry.Contact, $"{entry.Event}", $"about {entry.Id}", Signed: true);

    private static IReadOnlyList<Violation> Check(StoredEntry[] entries, Arrival[] arrivals, StoredInterval[]? intervals = null, Switch[]? switches = null,
        StoredEvent[]? events = null, Attempt[]? history = null)
    {
        var journeys = new JourneyHistory([EveryTime, Once]);
        foreach (var done in switches ?? Switches)
        {
            journeys.Add(done);
        }

        foreach (var arrival in arrivals)
        {
            journeys.Add(arrival);
        }

        return JourneyChecker.Check(journeys, history ?? History, CheckerTests.Stored(events ?? Events), new JourneyAftermath(intervals ?? Intervals, entries));
    }
}
