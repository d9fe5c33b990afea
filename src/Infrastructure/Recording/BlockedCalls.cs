using Flownally.Domain.EventTypes;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// The calls that wait for another transaction, and the times of their retries. Not thread-safe: <see cref="RecordingQueue"/> calls it
/// within its lock.
/// </summary>
internal sealed class BlockedCalls(TimeProvider clock)
{
    private readonly Dictionary<EventTypeId, Blocker> _lockedTypes = [];
    private readonly PriorityQueue<Blocker, long> _retries = new(); // by the timestamp of the retry

    /// <returns>The blocker of the event's type; null if the type is not locked.</returns>
    public Blocker? LockOf(QueuedEvent queued) =>
        _lockedTypes.Count == 0 ? null : _lockedTypes.GetValueOrDefault(queued.Event.Type.Id);

    /// <returns>The blocker that the whole call waits for; null if some of its events can be written.</returns>
    public Blocker? BlockerOf(RecordingCall call)
    {
        if (call.WaitsForKey)
        {
            return call.Key;
        }

        Blocker? first = null;
        foreach (var queued in call.Events)
        {
            if (queued.Outcome is null)
            {
                if (LockOf(queued) is not { } locked)
                {
                    return null;
                }

                first ??= locked;
            }
        }

        return first;
    }

    public Blocker LockType(EventTypeId type) => _lockedTypes[type] = new Blocker(type);

    /// <summary>Blocks a call. A call that this blocker already has keeps its place.</summary>
    public static void Add(RecordingCall call, Blocker blocker)
    {
        call.State = RecordingState.Blocked;
        if (call.Link?.List != blocker.Calls)
        {
            Unlink(call);
            call.Link = blocker.Calls.AddLast(call);
        }
    }

    public static void Unlink(RecordingCall call) => call.Link?.List?.Remove(call.Link);

    public void RetryLater(Blocker blocker)
    {
        var pause = blocker.NextPause();
        _retries.Enqueue(blocker, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));
    }

    /// <param name="pause">The time until the next retry; null if one is due, or there is none.</param>
    /// <returns>A blocker whose retry is due; null if none is due.</returns>
    public Blocker? TakeDue(out TimeSpan? pause)
    {
        var now = clock.GetTimestamp();
        pause = null;
        if (!_retries.TryPeek(out _, out var due))
        {
            return null;
        }

        if (due > now)
        {
            pause = clock.GetElapsedTime(now, due);
            return null;
        }

        return _retries.Dequeue();
    }

    /// <summary>Removes a blocker.</summary>
    /// <returns>Its calls, in order.</returns>
    public List<RecordingCall> Release(Blocker blocker)
    {
        if (blocker.Type is { } type)
        {
            _lockedTypes.Remove(type);
        }

        List<RecordingCall> calls = [.. blocker.Calls];
        blocker.Calls.Clear();
        calls.ForEach(call => call.WaitsForKey &= call.Key != blocker);
        return calls;
    }

    public void Clear()
    {
        _lockedTypes.Clear();
        _retries.Clear();
    }
}
