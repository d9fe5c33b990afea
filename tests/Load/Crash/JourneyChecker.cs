namespace Flownally.Load.Crash;

/// <summary>Compares what journeys did with what they should have done: every promise of journeys, one check each.</summary>
internal static class JourneyChecker
{
    /// <returns>The promises that were broken; none where all held.</returns>
    public static IReadOnlyList<Violation> Check(JourneyHistory journeys, IEnumerable<Attempt> history, Aftermath events, JourneyAftermath aftermath)
    {
        var order = events.Events.OrderBy(e => (e.TransactionId, e.Position)).ToList();
        var stories = Story.ByMarker(history);
        return
        [
            .. journeys.WrongAnswers.Select(words => new AnsweredWrongly("journey", words)),
            .. from journey in journeys.Journeys
               let entries = aftermath.Entries.Where(entry => entry.Journey == journey.Id).ToList()
               let intervals = aftermath.Intervals.Where(interval => interval.Journey == journey.Id).ToList()
               from violation in Entries(journey, entries, order, intervals)
                   .Concat(Answers(journey, entries, order, stories, intervals, [.. journeys.Switches.Where(done => done.Journey == journey)]))
               select violation,
            .. Order(aftermath.Entries, order),
            .. Deliveries(journeys, aftermath),
            .. FirstAttempts(journeys, aftermath),
        ];
    }

    /// <summary>
    /// The entries are those that the intervals say: with every event inside one, or with the first of each contact. Where an interval is
    /// cut off, an event may make a contact enter, or not. One that suppresses journeys makes nobody enter.
    /// </summary>
    private static IEnumerable<Violation> Entries(CrashJourney journey, List<StoredEntry> entries, List<StoredEvent> order, List<StoredInterval> intervals)
    {
        var entered = entries.Select(entry => entry.Event).ToHashSet();
        var reactions = order.Where(e => e.EventType == journey.EventType && !e.SuppressesJourneys
            && intervals.Any(interval => interval.Contains(e) || (interval.MayContain(e) && entered.Contains(e.Id))));
        var expected = (journey.Once ? reactions.DistinctBy(e => e.Contact) : reactions).Select(e => e.Id).ToHashSet();
        foreach (var missing in expected.Except(entries.Select(entry => entry.Event)))
        {
            yield return new NotEntered(journey.Id, missing);
        }

        foreach (var surplus in entries.Where(entry => !expected.Remove(entry.Event)))
        {
            yield return new EnteredWrongly(journey.Id, surplus.Event);
        }
    }

    /// <summary>
    /// The intervals themselves are believed only as far as they agree with what clients were told: an event that was sent after a change
    /// was done, and acknowledged before the next was asked for, meets the journey as that change left it.
    /// </summary>
    private static IEnumerable<Violation> Answers(CrashJourney journey, List<StoredEntry> entries, List<StoredEvent> order,
        IReadOnlyDictionary<string, Story> stories, List<StoredInterval> intervals, List<Switch> switches)
    {
        var entered = entries.Select(entry => entry.Event).ToHashSet();
        var contacts = entries.Select(entry => entry.Contact).ToHashSet();
        foreach (var e in order.Where(e => e.EventType == journey.EventType && stories.ContainsKey(e.Marker)))
        {
            var story = stories[e.Marker];
            var last = switches.FindLastIndex(done => done.Answered < story.SentAt);
            if (last + 1 < switches.Count && switches[last + 1].Sent <= story.AcknowledgedAt)
            {
                continue; // a change was under way
            }

            var reacts = last >= 0 && switches[last].Reacts && !story.Request.SuppressJourneys
                && (!switches[last].Filtered || CrashJourney.Passes(e.Marker));
            if (reacts && !intervals.Any(interval => interval.MayContain(e)) && !(journey.Once ? contacts.Contains(e.Contact) : entered.Contains(e.Id)))
            {
                yield return new NotEntered(journey.Id, e.Id);
            }
            else if (!reacts && entered.Contains(e.Id))
            {
                yield return new EnteredWrongly(journey.Id, e.Id);
            }
        }
    }

    /// <summary>Ids of entries ascend in the order of the feed.</summary>
    private static IEnumerable<Violation> Order(IReadOnlyList<StoredEntry> entries, List<StoredEvent> order)
    {
        var places = order.ToDictionary(e => e.Id, e => (e.TransactionId, e.Position));
        foreach (var (first, second) in entries.Where(entry => places.ContainsKey(entry.Event)).Pairs())
        {
            if (places[first.Event].CompareTo(places[second.Event]) > 0)
            {
                yield return new EnteredOutOfOrder(first.Id, second.Id);
            }
        }
    }

    /// <summary>Every entry was told of at least once, always in the same words, under its id and rightly signed.</summary>
    private static IEnumerable<Violation> Deliveries(JourneyHistory journeys, JourneyAftermath aftermath)
    {
        var known = aftermath.Entries.ToDictionary(entry => entry.Id);
        var arrivals = journeys.Arrivals.ToLookup(arrival => arrival.Id);
        foreach (var entry in aftermath.Entries.Where(entry => journeys.Journeys.Any(journey => journey.Id == entry.Journey)))
        {
            if (entry.Delivery != "delivered" || !arrivals.Contains(entry.Id))
            {
                yield return new NotDelivered(entry.Id, entry.Delivery);
            }
        }

        foreach (var arrival in journeys.Arrivals)
        {
            if (!arrival.Signed)
            {
                yield return new NotSigned(arrival.Id);
            }

            if (!known.TryGetValue(arrival.Id, out var entry)
                || (arrival.Entry, arrival.Journey, arrival.Event, arrival.Contact) != (entry.Id, entry.Journey, $"{entry.Event}", entry.Contact)
                || arrival.Body != arrivals[arrival.Id].First().Body)
            {
                yield return new ToldOtherwise(arrival.Id, arrival.Body);
            }
        }
    }

    /// <summary>A contact's entries into a journey were told of in their order. Repeats may come at any time.</summary>
    private static IEnumerable<Violation> FirstAttempts(JourneyHistory journeys, JourneyAftermath aftermath)
    {
        var places = aftermath.Entries.Select((entry, place) => (entry.Id, place)).ToDictionary(entry => entry.Id, entry => entry.place);
        foreach (var firsts in journeys.Arrivals.DistinctBy(arrival => arrival.Id).Where(arrival => places.ContainsKey(arrival.Id))
            .GroupBy(arrival => (arrival.Journey, arrival.Contact)))
        {
            foreach (var (first, second) in firsts.Pairs())
            {
                if (places[first.Id] > places[second.Id])
                {
                    yield return new ToldOutOfOrder(first.Id, second.Id);
                }
            }
        }
    }

    private static IEnumerable<(T First, T Second)> Pairs<T>(this IEnumerable<T> items) => items.Zip(items.Skip(1));
}
