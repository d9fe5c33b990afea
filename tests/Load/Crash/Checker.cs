using Flownally.Domain.Events;

namespace Flownally.Load.Crash;

/// <summary>Compares what clients were told with what is there: every promise of recording, one check each.</summary>
internal static class Checker
{
    /// <summary>The promises that were broken; none where all held.</summary>
    public static IReadOnlyList<Violation> Check(IEnumerable<Attempt> history, Aftermath aftermath)
    {
        var stories = history.GroupBy(attempt => attempt.Request.Marker).ToDictionary(attempts => attempts.Key, attempts => new Story([.. attempts]));
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
    private static IEnumerable<Violation> Stored(Dictionary<string, Story> stories, Aftermath aftermath)
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
    private static IEnumerable<Violation> Order(Dictionary<string, Story> stories, Aftermath aftermath)
    {
        if (aftermath.ClockOffset != 0)
        {
            yield return new ClockMoved(aftermath.ClockOffset);
        }

        foreach (var position in aftermath.Events.CountBy(e => e.Position).Where(position => position.Value > 1))
        {
            yield return new PositionShared(position.Key);
        }

        // From the end: of all that stand behind, the one that was acknowledged first is the only one that needs a look.
        Story? earliest = null;
        foreach (var e in aftermath.Events.OrderByDescending(e => (e.TransactionId, e.Position)))
        {
            if (!stories.TryGetValue(e.Marker, out var story))
            {
                continue;
            }

            if (earliest is not null && earliest.AcknowledgedAt < story.SentAt)
            {
                yield return new OutOfOrder(earliest.Request.Marker, story.Request.Marker);
            }

            earliest = earliest is null || story.AcknowledgedAt < earliest.AcknowledgedAt ? story : earliest;
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

    /// <summary>What the history says of one request.</summary>
    private sealed class Story(IReadOnlyList<Attempt> attempts)
    {
        public IReadOnlyList<Attempt> Attempts => attempts;

        public Request Request => attempts[0].Request;

        /// <summary>All ids that answers named: one, where all is well.</summary>
        public IEnumerable<EventId> Acknowledged => attempts.Select(attempt => attempt.Event).OfType<EventId>().Distinct();

        /// <summary>A repeat alone proves nothing: something must have been recorded before.</summary>
        public bool MayBeStored => attempts.Any(MayHaveStored);

        /// <summary>No event of this request can have been recorded before.</summary>
        public long SentAt { get; } = (attempts.FirstOrDefault(attempt => attempt.Reply == Reply.Recorded)
            ?? attempts.Where(MayHaveStored).MinBy(attempt => attempt.Sent))?.Sent ?? 0;

        /// <summary>From then on the event was there; never, where no client was told so.</summary>
        public long AcknowledgedAt { get; } = attempts.Where(attempt => attempt.Event is not null)
            .Select(attempt => attempt.Answered).DefaultIfEmpty(long.MaxValue).Min();

        private static bool MayHaveStored(Attempt attempt) => attempt.Reply is Reply.Recorded or Reply.InDoubt or Reply.Wrong;
    }
}
