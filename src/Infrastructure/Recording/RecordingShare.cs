using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Recording;

/// <summary>What a tenant has in the queue of recording.</summary>
internal sealed class RecordingShare
{
    /// <summary>Calls that have been tried go before those that have not.</summary>
    private readonly Queue<RecordingCall> _tried = [];

    private readonly Queue<RecordingCall> _new = [];

    private long _group;

    public TenantId Tenant { get; set; }

    /// <summary>Calls that are not answered, wherever they are.</summary>
    public int Calls { get; set; }

    /// <summary>Events that are in no statement.</summary>
    public int EventsWaiting { get; set; }

    public long BytesWaiting { get; set; }

    /// <summary>Whether it is among those that take turns.</summary>
    public bool HasTurn { get; set; }

    /// <summary>What the group that is being put together has of this tenant.</summary>
    public int EventsInGroup { get; private set; }

    public long BytesInGroup { get; private set; }

    public void Enqueue(RecordingCall call)
    {
        var queue = call.Place == RecordingPlace.New ? _new : _tried;
        call.Place = RecordingPlace.Queued;
        queue.Enqueue(call);
    }

    /// <returns>The next call, which stays; null where there is none. Those that were given up are dropped.</returns>
    public RecordingCall? Peek()
    {
        foreach (var queue in (ReadOnlySpan<Queue<RecordingCall>>)[_tried, _new])
        {
            while (queue.TryPeek(out var call))
            {
                if (call.Place == RecordingPlace.Queued)
                {
                    return call;
                }

                queue.Dequeue();
            }
        }

        return null;
    }

    /// <summary>Takes the call that <see cref="Peek"/> returned.</summary>
    public void Dequeue() => _ = _tried.Count > 0 ? _tried.Dequeue() : _new.Dequeue();

    /// <param name="group">The number of the group, which differs from those of the others.</param>
    public void BeginGroup(long group)
    {
        if (_group != group)
        {
            (_group, EventsInGroup, BytesInGroup) = (group, 0, 0);
        }
    }

    public void AddToGroup(int bytes)
    {
        EventsInGroup++;
        BytesInGroup += bytes;
    }
}
