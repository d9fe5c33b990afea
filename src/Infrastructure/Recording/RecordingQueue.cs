using System.Threading.Channels;
using Flownally.Application.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// The events that wait for a statement. Tenants share it: none waits behind the backlog of another, and only a tenant with too much
/// waiting is refused. Calls that wait for another transaction wait apart and retry (<see cref="Blocker"/>).
/// </summary>
/// <param name="maxEvents">How many events may wait.</param>
internal sealed class RecordingQueue(int maxEvents, TimeProvider clock)
{
    /// <summary>Events in one statement, unless one call alone has more: parts of it would all wait longer for little gain.</summary>
    public const int MaxGroupEvents = 500;

    /// <summary>Bytes of payloads in one statement.</summary>
    public const int MaxGroupBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of payloads that may wait.</summary>
    private const long MaxBytes = 8L * MaxGroupBytes;

    private readonly Lock _gate = new();
    private readonly HashSet<RecordingCall> _calls = [];
    private readonly Dictionary<TenantId, TenantQueue> _tenants = [];
    private readonly Stack<TenantQueue> _spare = []; // else each lone event would make one
    private readonly Queue<TenantQueue> _turns = [];
    private readonly List<TenantQueue> _full = [];
    private readonly Dictionary<EventTypeId, Blocker> _lockedTypes = [];
    private readonly PriorityQueue<Blocker, long> _retries = new(); // by the timestamp at which each is due
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)); // one signal stands for many
    private int _eventsWaiting;
    private long _bytesWaiting;
    private int _eventsQueued;
    private bool _ended;
    private Exception? _failure;

    /// <summary>Events that the next group could take.</summary>
    public int EventsQueued => Volatile.Read(ref _eventsQueued);

    /// <summary>Events that are in no statement.</summary>
    public int EventsWaiting => Volatile.Read(ref _eventsWaiting);

    /// <summary>How long the oldest call that is in no statement has been waiting.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_gate)
            {
                var now = clock.GetTimestamp();
                var waiting = _calls.Where(call => call.State is RecordingState.Queued or RecordingState.Blocked);
                return clock.GetElapsedTime(waiting.Aggregate(now, (oldest, call) => Math.Min(oldest, call.QueuedAt)), now);
            }
        }
    }

    /// <summary>Adds a call.</summary>
    /// <returns>False where its tenant has too much waiting, and after the end.</returns>
    public bool TryAdd(RecordingCall call)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            var tenant = TenantQueueOf(call.Events[0].Event.TenantId);
            if (!HasRoom(tenant, call))
            {
                return false;
            }

            call.Tenant = tenant;
            call.QueuedAt = clock.GetTimestamp();
            tenant.Calls++;
            _calls.Add(call);
            Count(tenant, call.EventsLeft, call.BytesLeft);
            Enqueue(call);
            return true;
        }
    }

    /// <summary>The caller has left. Events that are in a statement may still be written.</summary>
    public void Abandon(RecordingCall call)
    {
        lock (_gate)
        {
            switch (call.State)
            {
                case RecordingState.InStatement:
                    call.IsAbandoned = true;
                    return;
                case RecordingState.Done:
                    return;
                case RecordingState.Queued:
                    _eventsQueued -= call.EventsLeft;
                    break;
            }

            var blocker = call.Retries;
            Remove(call);
            if (blocker is not null)
            {
                Retry(blocker);
            }
        }
    }

    /// <summary>Waits until there is a group to take.</summary>
    /// <returns>False once the queue has ended and is empty.</returns>
    /// <exception cref="InvalidOperationException">The queue is broken (<see cref="Break"/>).</exception>
    public async Task<bool> WaitAsync()
    {
        while (true)
        {
            TimeSpan? pause;
            lock (_gate)
            {
                if (_failure is not null)
                {
                    throw new InvalidOperationException("The outcomes of a group could not be noted.", _failure);
                }

                pause = RetryDue();
                if (_turns.Count > 0)
                {
                    return true;
                }

                if (_ended && _calls.Count == 0)
                {
                    return false;
                }
            }

            await SleepAsync(pause);
        }
    }

    /// <summary>
    /// Takes the next group. The tenants take turns, a call each time. While several have a turn, none fills more than half of the
    /// group: of a larger call only the first events are taken.
    /// </summary>
    public RecordingGroup Take()
    {
        lock (_gate)
        {
            var group = new RecordingGroup();
            var isShared = _turns.Count > 1;
            var (tenantEvents, tenantBytes) = isShared ? (MaxGroupEvents / 2, MaxGroupBytes / 2) : (MaxGroupEvents, MaxGroupBytes);
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
                if (isShared)
                {
                    (events, bytes) = (Math.Min(events, tenantEvents), Math.Min(bytes, tenantBytes));
                }

                if (tenant.EventsInGroup > 0 && (tenant.EventsInGroup + events > tenantEvents || tenant.BytesInGroup + bytes > tenantBytes))
                {
                    _full.Add(_turns.Dequeue());
                    continue;
                }

                if (group.Events.Count > 0 && (group.Events.Count + events > MaxGroupEvents || group.Bytes + bytes > MaxGroupBytes))
                {
                    break;
                }

                tenant.Dequeue();
                _turns.Enqueue(_turns.Dequeue());
                _eventsQueued -= call.EventsLeft;
                AddTo(group, call, events, bytes);
            }

            _full.ForEach(_turns.Enqueue);
            _full.Clear();
            group.Calls.ForEach(call => call.Tenant.EndGroup());
            return group;
        }
    }

    /// <summary>Notes the outcomes of a group, answers the calls that are complete, and keeps the rest of the others.</summary>
    public void Return(RecordingGroup group, IReadOnlyList<RecordingOutcome> outcomes)
    {
        lock (_gate)
        {
            for (var i = 0; i < group.Queued.Count; i++) // Zip would hide a missing outcome; an index throws
            {
                Note(group.Queued[i], outcomes[i]);
            }

            group.Calls.ForEach(Return);
            if (_ended)
            {
                Wake();
            }
        }

        foreach (var call in group.Calls)
        {
            if (call.EventsLeft == 0)
            {
                call.Complete(); // outside the lock, which the next calls of others need
            }
        }
    }

    /// <summary>Takes no more calls. Those that wait for another transaction are refused; the others can still be taken.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var call in _calls.Where(call => call.State == RecordingState.Blocked).ToList())
            {
                Refuse(call);
            }

            Wake();
        }
    }

    /// <summary>Makes <see cref="WaitAsync"/> throw.</summary>
    public void Break(Exception exception)
    {
        lock (_gate)
        {
            _failure = exception;
            Wake();
        }
    }

    /// <summary>Fails all calls and starts over. No statement may be running.</summary>
    public void Fail(Exception exception)
    {
        lock (_gate)
        {
            foreach (var call in _calls)
            {
                call.State = RecordingState.Done;
                call.Complete(new RecordingOutcome.Failed(exception));
            }

            _calls.Clear();
            _tenants.Clear();
            _turns.Clear();
            _full.Clear();
            _lockedTypes.Clear();
            _retries.Clear();
            (_eventsWaiting, _bytesWaiting, _eventsQueued, _failure) = (0, 0, 0, null);
        }
    }

    /// <summary>
    /// A tenant with nothing waiting has room for one call. Beyond it a tenant may have as many events waiting as there is room left: alone
    /// half of all, two a third each, so that there is always room for one more tenant.
    /// </summary>
    private bool HasRoom(TenantQueue tenant, RecordingCall call) => tenant.EventsWaiting == 0
        || (tenant.EventsWaiting + call.EventsLeft <= maxEvents - _eventsWaiting - call.EventsLeft
            && tenant.BytesWaiting + call.BytesLeft <= MaxBytes - _bytesWaiting - call.BytesLeft);

    /// <summary>Adds those events of a call to a group that can be written now.</summary>
    private void AddTo(RecordingGroup group, RecordingCall call, int maxEvents, int maxBytes)
    {
        var (events, bytes) = (0, 0);
        foreach (var queued in call.Events)
        {
            if (queued.Outcome is not null || LockOf(queued) != call.Retries)
            {
                continue;
            }

            if (events == maxEvents || (events > 0 && bytes + queued.Bytes > maxBytes))
            {
                break;
            }

            group.Add(queued);
            (events, bytes) = (events + 1, bytes + queued.Bytes);
        }

        if (events == 0)
        {
            Place(call); // its types were locked after it was queued
            return;
        }

        call.State = RecordingState.InStatement;
        call.Tenant.AddToGroup(events, bytes);
        Count(call.Tenant, -events, -bytes);
    }

    private Blocker? LockOf(QueuedEvent queued) => _lockedTypes.Count == 0 ? null : _lockedTypes.GetValueOrDefault(queued.Event.Type.Id);

    private void Note(QueuedEvent queued, RecordingOutcome outcome)
    {
        var call = queued.Call;
        if (outcome.IsFinal)
        {
            call.SetOutcome(queued, outcome);
            return;
        }

        Count(call.Tenant, 1, queued.Bytes);
        if (outcome is RecordingOutcome.KeyUndecided)
        {
            if (!call.WaitsForKey)
            {
                call.WaitsForKey = true;
                RetryLater(call.Key ??= new Blocker(type: null));
            }
        }
        else if (call.Retries is { } stillLocked)
        {
            call.Retries = null;
            RetryLater(stillLocked);
        }
        else if (LockOf(queued) is null)
        {
            RetryLater(_lockedTypes[queued.Event.Type.Id] = new Blocker(queued.Event.Type.Id));
        }
    }

    private void Return(RecordingCall call)
    {
        var unlocked = call.Retries;
        call.Retries = null;
        if (call.EventsLeft == 0 || call.IsAbandoned)
        {
            Remove(call);
        }
        else if (unlocked is null)
        {
            Place(call);
        }

        if (unlocked is not null)
        {
            Release(unlocked);
        }
    }

    /// <summary>Queues a call for the rest of its events, or blocks it where nothing of it can be written.</summary>
    private void Place(RecordingCall call)
    {
        if (BlockerOf(call) is not { } blocker)
        {
            Unlink(call);
            Enqueue(call);
        }
        else if (_ended)
        {
            Refuse(call);
        }
        else
        {
            call.State = RecordingState.Blocked;
            if (call.Link?.List != blocker.Calls)
            {
                Unlink(call);
                call.Link = blocker.Calls.AddLast(call);
            }
        }
    }

    private Blocker? BlockerOf(RecordingCall call)
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

    private void RetryLater(Blocker blocker)
    {
        var pause = blocker.NextPause();
        _retries.Enqueue(blocker, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));
        Wake(); // the loop may be sleeping for longer
    }

    /// <returns>The time until the next retry is due; null where there is none.</returns>
    private TimeSpan? RetryDue()
    {
        var now = clock.GetTimestamp();
        while (_retries.TryPeek(out var blocker, out var due))
        {
            if (due > now)
            {
                return clock.GetElapsedTime(now, due);
            }

            _retries.Dequeue();
            Retry(blocker);
        }

        return null;
    }

    private void Retry(Blocker blocker)
    {
        if (blocker is { Type: not null, Calls.First.Value: var first })
        {
            first.Retries = blocker;
            Enqueue(first);
        }
        else
        {
            Release(blocker);
        }
    }

    private void Release(Blocker blocker)
    {
        if (blocker.Type is { } type)
        {
            _lockedTypes.Remove(type);
        }

        while (blocker.Calls.First?.Value is { } call)
        {
            Unlink(call);
            call.WaitsForKey &= call.Key != blocker;
            Place(call);
        }
    }

    private void Enqueue(RecordingCall call)
    {
        call.Tenant.Enqueue(call);
        _eventsQueued += call.EventsLeft;
        if (!call.Tenant.HasTurn)
        {
            call.Tenant.HasTurn = true;
            _turns.Enqueue(call.Tenant);
            Wake();
        }
    }

    private void Refuse(RecordingCall call)
    {
        Remove(call);
        call.Complete(RecordingOutcome.Overloaded.Instance);
    }

    private void Remove(RecordingCall call)
    {
        call.State = RecordingState.Done;
        call.Retries = null;
        Unlink(call);
        Count(call.Tenant, -call.EventsLeft, -call.BytesLeft);
        call.Tenant.Calls--;
        _calls.Remove(call);
        Forget(call.Tenant);
    }

    private static void Unlink(RecordingCall call) => call.Link?.List?.Remove(call.Link);

    private void Count(TenantQueue tenant, int events, int bytes)
    {
        tenant.EventsWaiting += events;
        tenant.BytesWaiting += bytes;
        _eventsWaiting += events;
        _bytesWaiting += bytes;
    }

    private TenantQueue TenantQueueOf(TenantId id)
    {
        if (!_tenants.TryGetValue(id, out var tenant))
        {
            _tenants[id] = tenant = _spare.TryPop(out var spare) ? spare : new TenantQueue();
            tenant.Tenant = id;
        }

        return tenant;
    }

    private void Forget(TenantQueue tenant)
    {
        if (tenant is { Calls: 0, HasTurn: false } && _tenants.Remove(tenant.Tenant))
        {
            _spare.Push(tenant);
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task SleepAsync(TimeSpan? pause)
    {
        if (pause is null)
        {
            await _wake.Reader.ReadAsync();
            return;
        }

        using var due = new CancellationTokenSource(pause.Value, clock);
        try
        {
            await _wake.Reader.ReadAsync(due.Token);
        }
        catch (OperationCanceledException)
        {
            // A retry is due.
        }
    }
}
