using Flownally.Domain.Events;

namespace Flownally.Load.Crash;

/// <summary>What the history says of one request.</summary>
internal sealed class Story(IReadOnlyList<Attempt> attempts)
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

    public static IReadOnlyDictionary<string, Story> ByMarker(IEnumerable<Attempt> history) =>
        history.GroupBy(attempt => attempt.Request.Marker).ToDictionary(attempts => attempts.Key, attempts => new Story([.. attempts]));

    /// <summary>Where an order of events contradicts a client: one that was acknowledged before another was sent stands behind it.</summary>
    public static IEnumerable<(Story AcknowledgedFirst, Story SentLater)> Contradictions(IEnumerable<Story> order)
    {
        // From the end: of all that stand behind, the one that was acknowledged first is the only one that needs a look.
        Story? earliest = null;
        foreach (var story in order.Reverse())
        {
            if (earliest is not null && earliest.AcknowledgedAt < story.SentAt)
            {
                yield return (earliest, story);
            }

            earliest = earliest is null || story.AcknowledgedAt < earliest.AcknowledgedAt ? story : earliest;
        }
    }

    private static bool MayHaveStored(Attempt attempt) => attempt.Reply is Reply.Recorded or Reply.InDoubt or Reply.Wrong;
}
