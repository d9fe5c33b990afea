using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Recording;

/// <summary>The calls of one tenant that wait for a statement, and the tenant's share of the whole queue.</summary>
internal sealed class TenantQueue
{
    /// <summary>Calls that were in a statement or blocked come before new calls.</summary>
    private readonly Queue<RecordingCall> _retried = [];

    private readonly Queue<RecordingCall> _new = [];

    public TenantId Tenant { get; set; }

    public int Calls { get; set; }

    /// <summary>Events in no statement.</summary>
    public int EventsWaiting { get; set; }

    public long BytesWaiting { get; set; }

    /// <summary>Whether the tenant is in <see cref="TenantTurns"/>.</summary>
    public bool HasTurn { get; set; }

    /// <summary>The tenant's events in the group that is being built.</summary>
    public int EventsInGroup { get; private set; }

    public long BytesInGroup { get; private set; }

    public void Enqueue(RecordingCall call)
    {
        var queue = call.State == RecordingState.New ? _new : _retried;
        call.State = RecordingState.Queued;
        queue.Enqueue(call);
    }

    /// <summary>Drops abandoned calls.</summary>
    /// <returns>The next call, which stays in the queue; null if there is none.</returns>
    public RecordingCall? Peek()
    {
        foreach (var queue in (ReadOnlySpan<Queue<RecordingCall>>)[_retried, _new])
        {
            while (queue.TryPeek(out var call))
            {
                if (call.State == RecordingState.Queued)
                {
                    return call;
                }

                queue.Dequeue();
            }
        }

        return null;
    }

    /// <summary>Takes the call that <see cref="Peek"/> returned.</summary>
    public void Dequeue() => _ = _retried.Count > 0 ? _retried.Dequeue() : _new.Dequeue();

    public void AddToGroup(int events, int bytes)
    {
        EventsInGroup += events;
        BytesInGroup += bytes;
    }

    public void EndGroup() => (EventsInGroup, BytesInGroup) = (0, 0);
}
