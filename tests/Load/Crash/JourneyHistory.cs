using System.Collections.Concurrent;
using System.Text.Json;

namespace Flownally.Load.Crash;

/// <summary>A journey of the run. Its filter, where it is on, takes events with an even marker.</summary>
/// <param name="Id">As the API writes it.</param>
/// <param name="Once">Whether a contact enters once only.</param>
internal sealed record CrashJourney(string Id, string EventType, bool Once)
{
    /// <summary>The filter as a JSON Schema.</summary>
    public static JsonElement Filter { get; } = JsonElement.Parse("""{"properties":{"marker":{"pattern":"[02468]$"}},"required":["marker"]}""");

    /// <summary>What the filter says, in words that owe nothing to the engine of schemas.</summary>
    public static bool Passes(string marker) => (marker[^1] - '0') % 2 == 0;
}

/// <summary>A change to a journey that has been answered: from then on, until the next was sent, everybody knows what it does.</summary>
/// <param name="Sent">Before the first attempt left; see <see cref="History.Now"/>.</param>
/// <param name="Answered">After the answer that it is done.</param>
/// <param name="Reacts">Whether the journey reacts afterwards.</param>
/// <param name="Filtered">Whether it has its filter afterwards.</param>
internal sealed record Switch(CrashJourney Journey, long Sent, long Answered, bool Reacts, bool Filtered);

/// <summary>A webhook as it came in.</summary>
/// <param name="Id">Its webhook-id.</param>
/// <param name="Body">As text.</param>
/// <param name="Signed">Whether the journey's secret has signed it.</param>
internal sealed record Arrival(string Id, string Journey, string Entry, string Contact, string Event, string Body, bool Signed);

/// <summary>What was done to journeys, and what they told, each in its order.</summary>
internal sealed class JourneyHistory(IReadOnlyList<CrashJourney> journeys)
{
    private readonly ConcurrentQueue<Switch> _switches = new();
    private readonly ConcurrentQueue<Arrival> _arrivals = new();
    private readonly ConcurrentQueue<string> _wrongAnswers = new();

    public IReadOnlyList<CrashJourney> Journeys => journeys;

    public IReadOnlyCollection<Switch> Switches => _switches;

    public IReadOnlyCollection<Arrival> Arrivals => _arrivals;

    /// <summary>Answers that the contract does not allow.</summary>
    public IReadOnlyCollection<string> WrongAnswers => _wrongAnswers;

    public void Add(Switch done) => _switches.Enqueue(done);

    public void Add(Arrival arrival) => _arrivals.Enqueue(arrival);

    public void AddWrongAnswer(string words) => _wrongAnswers.Enqueue(words);
}
