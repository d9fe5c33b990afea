namespace Flownally.Load.Crash;

/// <summary>Compares what readers of the feed were shown with what is stored: every promise of the feed, one check each.</summary>
internal static class FeedChecker
{
    /// <param name="readings">Of readers that have caught up with all that is stored.</param>
    /// <returns>The promises that were broken; none where all held.</returns>
    public static IReadOnlyList<Violation> Check(IEnumerable<Reading> readings, IEnumerable<Attempt> history, Aftermath aftermath)
    {
        var stories = Story.ByMarker(history);
        return
        [
            .. from reading in readings
               from violation in Answers(reading)
                   .Concat(Once(reading, aftermath))
                   .Concat(StoredOrder(reading, aftermath))
                   .Concat(OrderOfAnswers(reading, stories, aftermath))
               select violation,
        ];
    }

    private static IEnumerable<Violation> Answers(Reading reading)
    {
        if (reading.WrongAnswer is { } words)
        {
            yield return new ReaderAnsweredWrongly(reading.Reader, words);
        }
    }

    /// <summary>Every stored event that the reader wanted was shown to it once, and nothing else was.</summary>
    private static IEnumerable<Violation> Once(Reading reading, Aftermath aftermath)
    {
        var wanted = aftermath.Events.Where(e => reading.Type is null || e.EventType == reading.Type.Name.Value).Select(e => e.Id).ToList();
        var shown = reading.Sightings.CountBy(sighting => sighting.Event).ToDictionary();
        var missing = wanted.Where(id => !shown.ContainsKey(id)).ToList();
        if (missing.Count > 0)
        {
            yield return new NotSeen(reading.Reader, missing[0], missing.Count);
        }

        foreach (var (id, times) in shown.Where(times => times.Value > 1))
        {
            yield return new SeenTwice(reading.Reader, id, times);
        }

        foreach (var id in shown.Keys.Except(wanted))
        {
            yield return new SeenFromNowhere(reading.Reader, id);
        }
    }

    /// <summary>The events were shown in the order in which they are stored, and so to all readers in the same.</summary>
    private static IEnumerable<Violation> StoredOrder(Reading reading, Aftermath aftermath)
    {
        var places = aftermath.Events.ToDictionary(e => e.Id, e => e.Place);
        var stored = reading.Sightings.Select(sighting => sighting.Event).Where(places.ContainsKey).ToList();
        return from pair in stored.Zip(stored.Skip(1))
               where places[pair.Second].IsBefore(places[pair.First])
               select new SeenInOtherOrder(reading.Reader, pair.First, pair.Second);
    }

    /// <summary>No reader was shown an event before one that had been acknowledged before it was sent.</summary>
    private static IEnumerable<Violation> OrderOfAnswers(Reading reading, IReadOnlyDictionary<string, Story> stories, Aftermath aftermath)
    {
        var markers = aftermath.Events.ToDictionary(e => e.Id, e => e.Marker);
        var shown = reading.Sightings.Where(sighting => markers.ContainsKey(sighting.Event)).Select(sighting => markers[sighting.Event]);
        return Story.Contradictions(shown.Where(stories.ContainsKey).Select(marker => stories[marker]))
            .Select(pair => new SeenOutOfOrder(reading.Reader, pair.AcknowledgedFirst.Request.Marker, pair.SentLater.Request.Marker));
    }
}
