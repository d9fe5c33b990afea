using Flownally.Application.EventTypes;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Load.Crash;

namespace Flownally.Api.Tests.Crash;

/// <summary>Each broken promise is found in a history of a few lines, and none where all is well.</summary>
public sealed class CheckerTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);

    private static readonly EventId First = new(Ids.Next());
    private static readonly EventId Second = new(Ids.Next());

    private static readonly Request One = new("one", "ctc_1", "plan.changed", "key-one", KeyInBody: true);
    private static readonly Request Two = new("two", "ctc_1", "plan.changed", null, KeyInBody: false);

    /// <summary>The first was acknowledged, on asking again, before the second was sent.</summary>
    private static readonly Attempt[] History =
    [
        new(One, Sent: 1, Answered: 2, Reply.InDoubt), new(One, Sent: 3, Answered: 4, Reply.Repeated, First), new(Two, Sent: 5, Answered: 6, Reply.Recorded, Second),
    ];

    private static readonly StoredEvent StoredFirst = new(First, "ctc_1", "plan.changed", "key-one", "one", TransactionId: 100, Position: 1);
    private static readonly StoredEvent StoredSecond = new(Second, "ctc_1", "plan.changed", null, "two", TransactionId: 101, Position: 2);

    private static Aftermath Both => Stored(StoredFirst, StoredSecond);

    [Test]
    public void Where_all_is_well_nothing_is_found() => Assert.That(Checker.Check(History, Stored(StoredFirst, StoredSecond)), Is.Empty);

    [Test]
    public void What_was_left_in_doubt_may_be_stored_or_not() =>
        Assert.That(Checker.Check([History[0]], Stored(StoredFirst)).Concat(Checker.Check([History[0]], Stored())), Is.Empty);

    [Test]
    public void An_acknowledged_event_that_is_not_there_is_lost() => AssertFound(new Lost("two", Second), History, Stored(StoredFirst));

    [Test]
    public void An_acknowledged_event_that_is_there_under_another_id_is_lost() =>
        AssertFound(new Lost("one", First), [History[1] with { Reply = Reply.Recorded }], Stored(StoredFirst with { Id = Second }));

    [Test]
    public void A_request_that_is_stored_twice_is_found_whatever_its_keys() =>
        AssertFound(new StoredTwice("one", 2), History, Stored(StoredFirst, StoredFirst with { Id = Second, Key = null, Position = 3 }));

    [Test]
    public void An_event_that_nobody_asked_for_is_from_nowhere() => AssertFound(new FromNowhere("one", First), [], Stored(StoredFirst));

    [TestCase(nameof(Reply.Refused))]
    [TestCase(nameof(Reply.Repeated))]
    public void An_event_that_no_call_can_have_recorded_is_found(string reply) =>
        AssertFound(new RefusedYetStored("one", First), [History[0] with { Reply = Enum.Parse<Reply>(reply) }], Stored(StoredFirst));

    [Test]
    public void An_event_that_differs_from_its_request_is_found()
    {
        var other = StoredFirst with { Contact = "ctc_2" };
        AssertFound(new StoredOtherwise(One, other), History, Stored(other));
    }

    [Test]
    public void Two_events_with_one_key_are_found() =>
        AssertFound(new KeyOnTwoEvents("key-one"), History, Stored(StoredFirst, StoredSecond with { Key = "key-one" }));

    [Test]
    public void A_key_that_stands_for_another_event_is_found() =>
        AssertFound(new KeyAstray("key-one"), History, Stored(StoredFirst, StoredSecond) with { Keys = new Dictionary<string, EventId> { ["key-one"] = Second } });

    [Test]
    public void A_key_without_its_event_is_found() =>
        AssertFound(new KeyAstray("key-one"), [], Stored() with { Keys = new Dictionary<string, EventId> { ["key-one"] = First } });

    [Test]
    public void A_counter_that_counts_wrong_is_found() =>
        AssertFound(new Miscounted("plan.changed", 1, 2), History, Stored(StoredFirst, StoredSecond) with { Counts = new Dictionary<string, long> { ["plan.changed"] = 1 } });

    [Test]
    public void Two_events_at_one_position_are_found() =>
        AssertFound(new PositionShared(1), History, Stored(StoredFirst, StoredSecond with { Position = 1 }));

    [Test]
    public void An_event_before_one_that_was_acknowledged_before_it_was_sent_is_out_of_order() =>
        AssertFound(new OutOfOrder("one", "two"), History, Stored(StoredFirst, StoredSecond with { TransactionId = 99 }));

    [Test]
    public void Events_that_were_sent_at_the_same_time_may_stand_in_any_order() =>
        Assert.That(Checker.Check([History[0], History[1], History[2] with { Sent = 4 }], Stored(StoredFirst, StoredSecond with { TransactionId = 99 })), Is.Empty);

    [Test]
    public void A_clock_that_was_moved_is_found() =>
        AssertFound(new ClockMoved(7), History, Stored(StoredFirst, StoredSecond) with { ClockOffset = 7 });

    [Test]
    public void A_list_that_lacks_an_event_or_shows_one_twice_is_found()
    {
        var list = new ServedList([Second, Second], 2);
        AssertFound(new ListDiffers("events", Missing: 1, Surplus: 1, 2, 2), History, Stored(StoredFirst, StoredSecond) with { List = list });
    }

    [Test]
    public void A_list_that_is_not_newest_first_is_found() =>
        AssertFound(new NotNewestFirst("events"), History, Stored(StoredFirst, StoredSecond) with { List = new ServedList([First, Second], 2) });

    [Test]
    public void A_timeline_that_counts_wrong_is_found() =>
        AssertFound(new ListDiffers("timeline of ctc_1", 0, 0, 3, 2), History, Stored(StoredFirst, StoredSecond) with
        {
            Timelines = new Dictionary<string, ServedList> { ["ctc_1"] = new([Second, First], 3) },
        });

    [Test]
    public void An_acknowledged_event_that_is_not_found_by_its_id_is_found_out() =>
        AssertFound(new NotReadable("two", Second), History, Stored(StoredFirst, StoredSecond) with { Readable = new Dictionary<EventId, string> { [First] = "one" } });

    [Test]
    public void An_answer_that_the_contract_does_not_allow_is_found() =>
        AssertFound(new AnsweredWrongly("one", "500"), [History[0] with { Reply = Reply.Wrong, Words = "500" }], Stored());

    [Test]
    public void A_reader_that_saw_all_it_wanted_once_and_in_order_is_well_served() =>
        Assert.That(FeedChecker.Check([Read(First, Second), Read("plan.changed", First, Second), Read("form.submitted")], History, Both), Is.Empty);

    [Test]
    public void What_a_reader_was_never_shown_is_found() => AssertFound(new NotSeen("Pages", First, 1), Read(Second));

    [Test]
    public void What_a_reader_of_one_type_was_never_shown_is_found() =>
        AssertFound(new NotSeen("Pages of plan.changed", First, 2), Read("plan.changed"));

    [Test]
    public void An_event_that_a_reader_was_shown_again_is_found() => AssertFound(new SeenTwice("Pages", First, 2), Read(First, First, Second));

    [Test]
    public void An_event_that_a_reader_was_shown_and_that_is_not_stored_is_found()
    {
        var other = new EventId(Ids.Next());
        AssertFound(new SeenFromNowhere("Pages", other), Read(First, other, Second));
    }

    [Test]
    public void An_event_of_a_type_that_the_reader_did_not_ask_for_is_found() =>
        AssertFound(new SeenFromNowhere("Pages of form.submitted", First), Read("form.submitted", First));

    [Test]
    public void Events_that_a_reader_was_shown_in_another_order_than_they_are_stored_are_found() =>
        AssertFound(new SeenInOtherOrder("Pages", Second, First), Read(Second, First));

    /// <summary>Whatever the order in which they are stored.</summary>
    [Test]
    public void An_event_that_a_reader_was_shown_before_one_that_was_acknowledged_before_it_was_sent_is_found() =>
        Assert.That(FeedChecker.Check([Read(Second, First)], History, Stored(StoredFirst, StoredSecond with { TransactionId = 99 })),
            Is.EqualTo([new SeenOutOfOrder("Pages", "one", "two")]));

    [Test]
    public void An_answer_that_the_contract_does_not_allow_a_reader_is_found()
    {
        var reading = Read(First, Second);
        reading.GiveUp("410");
        AssertFound(new ReaderAnsweredWrongly("Pages", "410"), reading);
    }

    private static void AssertFound(Violation violation, Reading reading) =>
        Assert.That(FeedChecker.Check([reading], History, Both), Does.Contain(violation));

    private static Reading Read(params EventId[] events) => Read(null, events);

    private static Reading Read(string? type, params EventId[] events)
    {
        var reading = new Reading(FeedForm.Pages, type is null ? null : new EventTypeResponse { Name = EventTypeName.Parse(type) });
        reading.Add(events, "cursor");
        return reading;
    }

    private static void AssertFound(Violation violation, Attempt[] history, Aftermath aftermath) =>
        Assert.That(Checker.Check(history, aftermath), Does.Contain(violation));

    /// <summary>These events, and keys, counters and lists that agree with them.</summary>
    internal static Aftermath Stored(params StoredEvent[] events) => new(
        events,
        events.Where(e => e.Key is not null).DistinctBy(e => e.Key).ToDictionary(e => e.Key!, e => e.Id),
        events.CountBy(e => e.EventType).ToDictionary(count => count.Key, count => (long)count.Value),
        ClockOffset: 0,
        Listed(events),
        events.GroupBy(e => e.Contact).ToDictionary(timeline => timeline.Key, Listed),
        events.ToDictionary(e => e.Id, e => e.Marker));

    private static ServedList Listed(IEnumerable<StoredEvent> events)
    {
        var ids = events.Select(e => e.Id).OrderByDescending(id => id.ToString(), StringComparer.Ordinal).ToList();
        return new ServedList(ids, ids.Count);
    }
}
