namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Counts the waiting events and their bytes, and decides whether a tenant may add more. Only <see cref="RecordingQueue"/> writes it,
/// within its lock.
/// </summary>
internal sealed class QueueRoom(int maxEvents)
{
    /// <summary>Bytes of payloads that may wait.</summary>
    private const long MaxBytes = 8L * RecordingQueue.MaxGroupBytes;

    private int _eventsWaiting;
    private long _bytesWaiting;

    /// <summary>Can be read without the lock.</summary>
    public int EventsWaiting => Volatile.Read(ref _eventsWaiting);

    /// <summary>
    /// A tenant without waiting events can always add one call. Otherwise its waiting events, this call included, must not exceed the room
    /// that is left after this call. So one tenant alone fills half of the queue at most, two tenants a third each, and there is always
    /// room for another tenant.
    /// </summary>
    public bool Has(TenantQueue tenant, RecordingCall call) => tenant.EventsWaiting == 0
        || (tenant.EventsWaiting + call.EventsLeft <= maxEvents - _eventsWaiting - call.EventsLeft
            && tenant.BytesWaiting + call.BytesLeft <= MaxBytes - _bytesWaiting - call.BytesLeft);

    public void Count(TenantQueue tenant, int events, int bytes)
    {
        tenant.EventsWaiting += events;
        tenant.BytesWaiting += bytes;
        _eventsWaiting += events;
        _bytesWaiting += bytes;
    }

    public void Clear() => (_eventsWaiting, _bytesWaiting) = (0, 0);
}
