using Flownally.Domain.EventTypes;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// What holds up calls until another transaction ends: a type that is being changed, or the key of one call. Of all calls of a locked
/// type one event retries: a statement that carried all of them would be full of rows that it cannot write.
/// </summary>
/// <param name="type">Null for a key.</param>
internal sealed class Blocker(EventTypeId? type)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10); // a change to a type takes milliseconds
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private TimeSpan _pause;

    public EventTypeId? Type => type;

    /// <summary>The calls that wait, in their order. The one that retries stays in its place.</summary>
    public LinkedList<RecordingCall> Calls { get; } = [];

    /// <summary>The pause before the next retry: 10 ms, then twice as long each time, up to 250 ms.</summary>
    public TimeSpan NextPause() => _pause = _pause == TimeSpan.Zero ? FirstPause : _pause.DoubledUpTo(LongestPause);
}
