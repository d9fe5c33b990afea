using Flownally.Domain.Events;

namespace Flownally.Load.Crash;

/// <summary>Compares what clients were told with what is there: every promise of recording, one check each.</summary>
internal static class Checker
{
    /// <summary>The promises that were broken; none where all held.</summary>
    public static IReadOnlyList<Violation> Check(IEnumerable<Attempt> history, Aftermath aftermath)
    {
        var stories = Story.ByMarker(history);
        return
        [
            .. Answers(stories.Values),
            .. Acknowledged(stories.Values, aftermath),
            .. Stored(stories, aftermath),
            .. Keys(aftermath),
            .. Counts(aftermath),
            .. Order(stories, aftermath),
            .. Lists(aftermath),
        ];
    }

    private static IEnumerable<Violation> Answers(IEnumerable<Story> stories) => stories.SelectMany(story => story.Attempts)
        .Where(attempt => attempt.Reply == Reply.Wrong)
        .Select(attempt => new AnsweredWrongly(attempt.Request.Marker, attempt.Words));

    /// <summary>What was acknowledged is stored, and can be read by its id.</summary>
    private static IEnumerable<Violation> Acknowledged(IEnumerable<Story> stories, Aftermath aftermath)
    {
        var stored = aftermath.Events.ToDictionary(e => e.Id, e => e.Marker);
        foreach (var (marker, id) in stories.SelectMany(story => story.Acknowledged.Select(id => (story.Request.Marker, id))))
        {
            if (stored.GetValueOrDefault(id) != marker)
            {
                yield return new Lost(marker, id);
            }
            else if (aftermath.Readable.GetValueOrDefault(id) != marker)
            {
                yield return new NotReadable(marker, id);
            }
        }
    }

    /// <summary>What is stored was asked for, as it is, by a request that was acknowledged or left in doubt, and is stored once.</summary>
    private static IEnumerable<Violation> Stored(IReadOnlyDictionary<string, Story> stories, Aftermath aftermath)
    {
        foreach (var events in aftermath.Events.GroupBy(e => e.Marker))
        {
            var first = events.First();
            if (!stories.TryGetValue(events.Key, out var story))
            {
                yield return new FromNowhere(first.Marker, first.Id);
                continue;
            }

            if (!story.MayBeStored)
            {
                yield return new RefusedYetStored(first.Marker, first.Id);
            }

            if (events.Count() > 1)
            {
                yield return new StoredTwice(first.Marker, events.Count());
            }

            var asked = story.Request;
            if (events.FirstOrDefault(e => (e.Contact, e.EventType, e.Key) != (asked.Contact, asked.EventType, asked.Key)) is { } other)
            {
                yield return new StoredOtherwise(asked, other);
            }
        }
    }

    /// <summary>Each key stands for the one event that bears it.</summary>
    private static IEnumerable<Violation> Keys(Aftermath aftermath)
    {
        var borne = aftermath.Events.Where(e => e.Key is not null).ToLookup(e => e.Key!, e => e.Id);
        foreach (var key in borne.Select(events => events.Key).Union(aftermath.Keys.Keys))
        {
            if (borne[key].Count() > 1)
            {
                yield return new KeyOnTwoEvents(key);
            }
            else if (!aftermath.Keys.TryGetValue(key, out var id) || !borne[key].Contains(id))
            {
                yield return new KeyAstray(key);
            }
        }
    }

    private static IEnumerable<Violation> Counts(Aftermath aftermath)
    {
        var stored = aftermath.Events.CountBy(e => e.EventType).ToDictionary();
        return from type in stored.Keys.Union(aftermath.Counts.Keys)
               let counted = aftermath.Counts.GetValueOrDefault(type)
               where counted != stored.GetValueOrDefault(type)
               select new Miscounted(type, counted, stored.GetValueOrDefault(type));
    }

    /// <summary>The order of the log contradicts no client: what was acknowledged before another was sent precedes it.</summary>
    private static IEnumerable<Violation> Order(IReadOnlyDictionary<string, Story> stories, Aftermath aftermath)
    {
        if (aftermath.ClockOffset != 0)
        {
            yield return new ClockMoved(aftermath.ClockOffset);
        }

        foreach (var position in aftermath.Events.CountBy(e => e.Position).Where(position => position.Value > 1))
        {
            yield return new PositionShared(position.Key);
        }

        var order = aftermath.Events.OrderBy(e => (e.TransactionId, e.Position)).Where(e => stories.ContainsKey(e.Marker)).Select(e => stories[e.Marker]);
        foreach (var (acknowledgedFirst, sentLater) in Story.Contradictions(order))
        {
            yield return new OutOfOrder(acknowledgedFirst.Request.Marker, sentLater.Request.Marker);
        }
    }

    /// <summary>Every list shows what is stored, each event once, newest first, and counts it.</summary>
    private static IEnumerable<Violation> Lists(Aftermath aftermath)
    {
        if (aftermath.List.Events.Zip(aftermath.List.Events.Skip(1)).Any(pair => string.CompareOrdinal($"{pair.First}", $"{pair.Second}") < 0))
        {
            yield return new NotNewestFirst("events");
        }

        var byContact = aftermath.Events.ToLookup(e => e.Contact, e => e.Id);
        foreach (var difference in aftermath.Timelines.Select(timeline => Difference($"timeline of {timeline.Key}", timeline.Value, byContact[timeline.Key]))
            .Append(Difference("events", aftermath.List, aftermath.Events.Select(e => e.Id)))
            .OfType<ListDiffers>())
        {
            yield return difference;
        }
    }

    private static ListDiffers? Difference(string name, ServedList served, IEnumerable<EventId> stored)
    {
        var expected = stored.ToHashSet();
        var shown = served.Events.ToHashSet();
        var missing = expected.Count(id => !shown.Contains(id));
        var surplus = served.Events.Count - (expected.Count - missing);
        return missing == 0 && surplus == 0 && served.TotalSize == expected.Count ? null : new ListDiffers(name, missing, surplus, served.TotalSize, expected.Count);
    }
}
