using Flownally.Application.EventTypes;
using Flownally.Domain.Events;

namespace Flownally.Load.Crash;

/// <summary>The two ways to read the feed.</summary>
internal enum FeedForm
{
    /// <summary>Page after page, each waiting until there is something.</summary>
    Pages,

    /// <summary>Server-Sent Events, taken up by <c>Last-Event-ID</c>.</summary>
    Stream,
}

/// <summary>An event that a reader of the feed was shown.</summary>
/// <param name="Cursor">Where the reader would have gone on.</param>
/// <param name="At">When it had all of it; see <see cref="History.Now"/>.</param>
internal sealed record Sighting(EventId Event, string Cursor, long At);

/// <summary>
/// All that one reader of the feed was shown, in that order, and where it goes on: what an integrator keeps in his storage, so
/// that it outlives whatever breaks off.
/// </summary>
/// <param name="type">Only events of this type are wanted; null for all.</param>
internal sealed class Reading(FeedForm form, EventTypeResponse? type = null)
{
    private readonly List<Sighting> _sightings = [];

    public FeedForm Form => form;

    public EventTypeResponse? Type => type;

    public string Reader => type is null ? $"{form}" : $"{form} of {type.Name}";

    public IReadOnlyList<Sighting> Sightings => _sightings;

    /// <summary>Empty at the beginning.</summary>
    public string Cursor { get; private set; } = "";

    /// <summary>How often something broke off, so that the reader had to go on from its cursor.</summary>
    public int Interruptions { get; private set; }

    /// <summary>An answer that the contract does not allow, and after which the reader does not go on; null where all is well.</summary>
    public string? WrongAnswer { get; private set; }

    /// <summary>Keeps what was shown and where it led, both or neither: of what did not come whole nothing was seen.</summary>
    public void Add(IEnumerable<EventId> events, string cursor)
    {
        var now = History.Now;
        _sightings.AddRange(events.Select(e => new Sighting(e, cursor, now)));
        Cursor = cursor;
    }

    public void Interrupt() => Interruptions++;

    public void GiveUp(string wrongAnswer) => WrongAnswer = wrongAnswer;

    public override string ToString() => $"{_sightings.Count:N0} as {Reader}, taken up again {Interruptions:N0} times";
}
