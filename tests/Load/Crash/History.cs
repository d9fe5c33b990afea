using System.Collections.Concurrent;
using System.Diagnostics;
using Flownally.Domain.Events;

namespace Flownally.Load.Crash;

/// <summary>An event that a client wants recorded once, however often it asks.</summary>
/// <param name="Marker">Stands in the payload: two stored events of one request show by it, whatever their keys.</param>
/// <param name="Key">Null for a request that cannot be repeated.</param>
/// <param name="KeyInBody">A repeat is then a conflict that names the first event; with a header it is answered as the first time.</param>
/// <param name="SuppressJourneys">True lets no journey react to the event.</param>
internal sealed record Request(string Marker, string Contact, string EventType, string? Key, bool KeyInBody, bool SuppressJourneys = false);

/// <summary>What an answer says of the event asked for.</summary>
internal enum Reply
{
    /// <summary>This attempt recorded it.</summary>
    Recorded,

    /// <summary>An earlier attempt had recorded it.</summary>
    Repeated,

    /// <summary>This attempt has not recorded it and never will.</summary>
    Refused,

    /// <summary>No answer, or one that leaves it open.</summary>
    InDoubt,

    /// <summary>An answer that the contract does not allow here.</summary>
    Wrong,
}

/// <summary>One call and its answer.</summary>
/// <param name="Sent">Before the first byte left; see <see cref="History.Now"/>.</param>
/// <param name="Answered">After the last byte came, or when the client gave up.</param>
/// <param name="Event">The event that the answer names.</param>
/// <param name="Words">The answer, for whoever looks into a violation.</param>
internal sealed record Attempt(Request Request, long Sent, long Answered, Reply Reply, EventId? Event = null, string Words = "");

/// <summary>All that clients asked and were told, in the time of one monotonic clock.</summary>
internal sealed class History
{
    private readonly ConcurrentQueue<Attempt> _attempts = new();

    /// <summary>The clock of all histories of this process, in ticks of <see cref="Stopwatch"/>.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    public IReadOnlyCollection<Attempt> Attempts => _attempts;

    public void Add(Attempt attempt) => _attempts.Enqueue(attempt);
}
