using Flownally.Load.Crash;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Flownally.Load.Failover;

/// <summary>A time whose commits a failover may have lost, because the new primary did not have them; see <see cref="History.Now"/>.</summary>
/// <param name="From">Up to here the new primary had everything.</param>
/// <param name="To">When the new primary began to write.</param>
internal sealed record Loss(long From, long To);

/// <summary>
/// What an outcome may lack for the sake of failovers that lose commits. Only what happened in the time of a loss is excused, and only
/// where it is wholly gone: whatever is stored has to keep every promise.
/// </summary>
internal sealed class Losses(IReadOnlyList<Loss> losses)
{
    /// <summary>How long an answer may be under way to a reader.</summary>
    private static readonly long UnderWay = 5 * Stopwatch.Frequency;

    /// <summary>The promises that were broken and that no loss excuses.</summary>
    public IReadOnlyList<Violation> Violations(Outcome outcome)
    {
        var stories = Story.ByMarker(outcome.Attempts);
        var stored = outcome.Aftermath.Events.Select(e => e.Id).ToHashSet();
        var sightings = outcome.Readings.ToDictionary(reading => reading.Reader, reading => reading.Sightings.ToLookup(sighting => sighting.Event));
        var entries = outcome.Entered.Entries.Select(entry => entry.Id).ToHashSet();
        return [.. (outcome with { Journeys = Blurred(outcome.Journeys) }).Violations().Where(violation => !IsExcused(violation))];

        bool IsExcused(Violation violation) => violation switch
        {
            ClockMoved => true, // it must move, so that readers do not stand ahead of what is recorded next
            Lost lost => !stored.Contains(lost.Event) && MayHold(stories[lost.Marker].Attempts.Min(attempt => attempt.Sent), stories[lost.Marker].AcknowledgedAt),
            SeenFromNowhere seen => !stored.Contains(seen.Event) && sightings[seen.Reader][seen.Event].All(sighting => MayHold(sighting.At - UnderWay, sighting.At)),
            ToldOtherwise told => losses.Count > 0 && !entries.Contains(told.Webhook)
                && outcome.Journeys.Arrivals.First(arrival => arrival.Id == told.Webhook).Body == told.Body,
            _ => false,
        };
    }

    /// <summary>
    /// A change of a journey that was answered may be lost. What the journey does is unknown from the loss on, until both its state and its
    /// filter were set anew: to the checker this looks like one long change.
    /// </summary>
    public JourneyHistory Blurred(JourneyHistory journeys)
    {
        var blurred = new JourneyHistory(journeys.Journeys);
        foreach (var switches in journeys.Switches.GroupBy(done => done.Journey))
        {
            foreach (var done in losses.Aggregate(switches.ToList(), Blur))
            {
                blurred.Add(done);
            }
        }

        foreach (var arrival in journeys.Arrivals)
        {
            blurred.Add(arrival);
        }

        foreach (var words in journeys.WrongAnswers)
        {
            blurred.AddWrongAnswer(words);
        }

        return blurred;
    }

    /// <summary>Whether something that was committed between two moments may be lost.</summary>
    private bool MayHold(long from, long to) => losses.Any(loss => loss.From <= to && from <= loss.To);

    private static List<Switch> Blur(List<Switch> switches, Loss loss)
    {
        var first = switches.FindIndex(done => done.Answered >= loss.From);
        if (first < 0)
        {
            return switches;
        }

        var before = first == 0 ? (Reacts: false, Filtered: false) : (switches[first - 1].Reacts, switches[first - 1].Filtered);
        var (setsState, setsFilter) = (false, false);
        for (var i = first; i < switches.Count; i++)
        {
            var done = switches[i];
            if (done.Sent > loss.To)
            {
                setsState |= done.Reacts != before.Reacts;
                setsFilter |= done.Filtered != before.Filtered;
            }

            before = (done.Reacts, done.Filtered);
            if (setsState && setsFilter)
            {
                return [.. switches[..first], done with { Sent = Math.Min(loss.From, switches[first].Sent) }, .. switches[(i + 1)..]];
            }
        }

        return [.. switches[..first], switches[^1] with { Sent = Math.Min(loss.From, switches[first].Sent), Answered = long.MaxValue }];
    }
}
