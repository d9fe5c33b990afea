using Flownally.Domain.Events;
using Flownally.Domain.Ids;
using Flownally.Load.Crash;
using Flownally.Load.Failover;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Flownally.Api.Tests.Failover;

/// <summary>A failover excuses what was lost with it, and nothing else.</summary>
public sealed class LossesTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);

    private static readonly EventId Gone = new(Ids.Next());
    private static readonly Request Asked = new("gone", "ctc_1", "plan.changed", "key", KeyInBody: false);
    private static readonly CrashJourney Journey = new("jrn_1", "plan.changed", Once: false);

    /// <summary>The reader has seen the event when it was acknowledged, and not since.</summary>
    private static readonly Attempt Acknowledged = new(Asked, Sent: 100, Answered: 110, Reply.Recorded, Gone);

    private static Aftermath Nothing => new([], new Dictionary<string, EventId>(), new Dictionary<string, long>(), 0,
        new ServedList([], 0), new Dictionary<string, ServedList>(), new Dictionary<EventId, string>());

    [TestCase(99, 111, ExpectedResult = 0)]
    [TestCase(110, 120, ExpectedResult = 0)]
    [TestCase(90, 100, ExpectedResult = 0)]
    [TestCase(111, 120, ExpectedResult = 1)]
    [TestCase(90, 99, ExpectedResult = 1)]
    public int An_acknowledged_event_may_be_lost_only_where_it_was_committed_in_the_time_of_a_loss(long from, long to) =>
        Violations([new Loss(from, to)], Nothing).Count;

    [Test]
    public void Where_there_is_no_loss_nothing_is_excused() => Assert.That(Violations([], Nothing), Is.EqualTo([new Lost("gone", Gone)]));

    [Test]
    public void An_event_that_is_stored_must_be_seen()
    {
        var stored = new StoredEvent(Gone, "ctc_1", "plan.changed", "key", "gone", TransactionId: 1, Position: 1);
        var aftermath = Nothing with
        {
            Events = [stored],
            Keys = new Dictionary<string, EventId> { ["key"] = Gone },
            Counts = new Dictionary<string, long> { ["plan.changed"] = 1 },
            List = new ServedList([Gone], 1),
            Readable = new Dictionary<EventId, string> { [Gone] = "gone" },
        };
        Assert.That(Violations([new Loss(99, 111)], aftermath, new Reading(FeedForm.Pages)), Is.EqualTo([new NotSeen("Pages", Gone, 1)]));
    }

    [Test]
    public void An_event_that_was_seen_and_lost_is_excused_in_the_time_of_the_loss_only()
    {
        var reading = new Reading(FeedForm.Pages);
        reading.Add([Gone], "cursor");
        var seen = reading.Sightings[0].At;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Violations([new Loss(0, seen)], Nothing, reading), Is.Empty);
            Assert.That(Violations([new Loss(0, seen - (6 * Stopwatch.Frequency))], Nothing, reading), Is.EqualTo([new SeenFromNowhere("Pages", Gone)]));
        }
    }

    [Test]
    public void What_a_journey_does_is_unknown_from_a_loss_until_its_state_and_its_filter_were_set_anew()
    {
        Switch[] switches =
        [
            new(Journey, 1, 2, Reacts: true, Filtered: false), new(Journey, 11, 12, Reacts: false, Filtered: false), new(Journey, 21, 22, Reacts: true, Filtered: false),
            new(Journey, 23, 24, Reacts: true, Filtered: true), new(Journey, 25, 26, Reacts: false, Filtered: true),
        ];
        var journeys = new JourneyHistory([Journey]);
        foreach (var done in switches)
        {
            journeys.Add(done);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new Losses([new Loss(10, 20)]).Blurred(journeys).Switches, Is.EqualTo([switches[0], switches[3] with { Sent = 10 }, switches[4]]));
            Assert.That(new Losses([new Loss(22, 24)]).Blurred(journeys).Switches,
                Is.EqualTo([switches[0], switches[1], switches[4] with { Sent = 21, Answered = long.MaxValue }]));
            Assert.That(new Losses([new Loss(27, 30)]).Blurred(journeys).Switches, Is.EqualTo(switches));
        }
    }

    private static IReadOnlyList<Violation> Violations(IReadOnlyList<Loss> losses, Aftermath aftermath, params Reading[] readings) =>
        new Losses(losses).Violations(new Outcome([Acknowledged], readings, new JourneyHistory([]), aftermath, new JourneyAftermath([], [])));
}
