using Flownally.Domain.EventTypes;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Blocks calls until another transaction ends, which changes an event type or holds an idempotency key of one call. Of all calls of a
/// locked type only one event retries, because a statement with all of them would contain many rows that it cannot write.
/// </summary>
/// <param name="type">The locked event type; null for a key.</param>
internal sealed class Blocker(EventTypeId? type)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10); // a change to a type takes milliseconds
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private TimeSpan _pause;

    public EventTypeId? Type => type;

    /// <summary>The waiting calls in order. The call that retries keeps its place.</summary>
    public LinkedList<RecordingCall> Calls { get; } = [];

    /// <summary>The pause before the next retry: 10 ms, then twice as long each time, up to 250 ms.</summary>
    public TimeSpan NextPause() => _pause = _pause == TimeSpan.Zero ? FirstPause : _pause.DoubledUpTo(LongestPause);
}
