using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Chooses the next calls for a group. The tenants take turns, one call each time. While several tenants have a turn, none fills more
/// than half of a group: of a larger call only the first events are taken. Not thread-safe: <see cref="RecordingQueue"/> calls it within
/// its lock.
/// </summary>
internal sealed class TenantTurns
{
    private readonly Dictionary<TenantId, TenantQueue> _tenants = [];
    private readonly Stack<TenantQueue> _spare = []; // reuse saves an allocation for each single event
    private readonly Queue<TenantQueue> _turns = [];
    private readonly List<TenantQueue> _full = []; // tenants that have their share of the group
    private bool _isShared;

    public bool Any => _turns.Count > 0;

    private int TenantEvents => _isShared ? RecordingQueue.MaxGroupEvents / 2 : RecordingQueue.MaxGroupEvents;

    private int TenantBytes => _isShared ? RecordingQueue.MaxGroupBytes / 2 : RecordingQueue.MaxGroupBytes;

    public TenantQueue QueueOf(TenantId id)
    {
        if (!_tenants.TryGetValue(id, out var tenant))
        {
            _tenants[id] = tenant = _spare.TryPop(out var spare) ? spare : new TenantQueue();
            tenant.Tenant = id;
        }

        return tenant;
    }

    /// <returns>Whether the tenant gets a turn that it did not have.</returns>
    public bool Enqueue(RecordingCall call)
    {
        call.Tenant.Enqueue(call);
        if (call.Tenant.HasTurn)
        {
            return false;
        }

        call.Tenant.HasTurn = true;
        _turns.Enqueue(call.Tenant);
        return true;
    }

    /// <summary>Drops the queue of a tenant without calls and without a turn.</summary>
    public void Forget(TenantQueue tenant)
    {
        if (tenant is { Calls: 0, HasTurn: false } && _tenants.Remove(tenant.Tenant))
        {
            _spare.Push(tenant);
        }
    }

    public void BeginGroup() => _isShared = _turns.Count > 1;

    /// <returns>The next call that fits into the group, and how much of it fits; null if none fits.</returns>
    public (RecordingCall Call, int MaxEvents, int MaxBytes)? TakeNext(RecordingGroup group)
    {
        while (_turns.TryPeek(out var tenant))
        {
            if (tenant.Peek() is not { } call)
            {
                _turns.Dequeue();
                tenant.HasTurn = false;
                Forget(tenant);
                continue;
            }

            var (events, bytes) = (call.Retries is null ? call.EventsLeft : 1, call.BytesLeft);
            if (_isShared)
            {
                (events, bytes) = (Math.Min(events, TenantEvents), Math.Min(bytes, TenantBytes));
            }

            if (tenant.EventsInGroup > 0 && (tenant.EventsInGroup + events > TenantEvents || tenant.BytesInGroup + bytes > TenantBytes))
            {
                _full.Add(_turns.Dequeue());
                continue;
            }

            if (group.Events.Count > 0
                && (group.Events.Count + events > RecordingQueue.MaxGroupEvents || group.Bytes + bytes > RecordingQueue.MaxGroupBytes))
            {
                return null;
            }

            tenant.Dequeue();
            _turns.Enqueue(_turns.Dequeue());
            return (call, events, bytes);
        }

        return null;
    }

    public void EndGroup(RecordingGroup group)
    {
        _full.ForEach(_turns.Enqueue);
        _full.Clear();
        group.Calls.ForEach(call => call.Tenant.EndGroup());
    }

    public void Clear()
    {
        _tenants.Clear();
        _turns.Clear();
        _full.Clear();
    }
}
