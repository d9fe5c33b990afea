using Flownally.Application.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// The calls whose events wait for a statement, and their states. Tenants share the queue in turns (<see cref="TenantTurns"/>), and only
/// the calls of a tenant with too many waiting events are refused. Calls that wait for another transaction are kept in
/// <see cref="BlockedCalls"/> and retry.
/// </summary>
/// <param name="maxEvents">How many events may wait.</param>
internal sealed class RecordingQueue(int maxEvents, TimeProvider clock)
{
    /// <summary>Events in one statement. A larger call is one statement, because splitting it would only make it wait longer.</summary>
    public const int MaxGroupEvents = 500;

    /// <summary>Bytes of payloads in one statement.</summary>
    public const int MaxGroupBytes = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<RecordingCall> _calls = [];
    private readonly QueueRoom _room = new(maxEvents);
    private readonly TenantTurns _turns = new();
    private readonly BlockedCalls _blocked = new(clock);
    private readonly WakeSignal _wake = new(clock);
    private int _eventsQueued;
    private bool _ended;
    private Exception? _failure;

    /// <summary>Events that the next group may contain.</summary>
    public int EventsQueued => Volatile.Read(ref _eventsQueued);

    /// <summary>Events in no statement.</summary>
    public int EventsWaiting => _room.EventsWaiting;

    /// <summary>How long the oldest call in no statement has been waiting.</summary>
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

    /// <returns>False if too many events of the tenant wait, or the queue has ended.</returns>
    public bool TryAdd(RecordingCall call)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            var tenant = _turns.QueueOf(call.Events[0].Event.TenantId);
            if (!_room.Has(tenant, call))
            {
                return false;
            }

            call.Tenant = tenant;
            call.QueuedAt = clock.GetTimestamp();
            tenant.Calls++;
            _calls.Add(call);
            _room.Count(tenant, call.EventsLeft, call.BytesLeft);
            Enqueue(call);
            return true;
        }
    }

    /// <summary>Drops a call whose caller has disconnected. Events in a statement may still be written.</summary>
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

    /// <summary>Waits until <see cref="Take"/> can return events.</summary>
    /// <returns>False after the queue has ended and is empty.</returns>
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
                    throw new InvalidOperationException("The outcomes of a group could not be processed.", _failure);
                }

                pause = RetryDue();
                if (_turns.Any)
                {
                    return true;
                }

                if (_ended && _calls.Count == 0)
                {
                    return false;
                }
            }

            await _wake.WaitAsync(pause);
        }
    }

    /// <summary>Takes the next group.</summary>
    public RecordingGroup Take()
    {
        lock (_gate)
        {
            var group = new RecordingGroup();
            _turns.BeginGroup();
            while (_turns.TakeNext(group) is { } next)
            {
                _eventsQueued -= next.Call.EventsLeft;
                AddTo(group, next.Call, next.MaxEvents, next.MaxBytes);
            }

            _turns.EndGroup(group);
            return group;
        }
    }

    /// <summary>Sets the outcomes of a group, completes finished calls, and requeues the others.</summary>
    public void Return(RecordingGroup group, IReadOnlyList<RecordingOutcome> outcomes)
    {
        lock (_gate)
        {
            for (var i = 0; i < group.Queued.Count; i++) // Zip would hide a missing outcome; an index throws
            {
                SetOutcome(group.Queued[i], outcomes[i]);
            }

            group.Calls.ForEach(Return);
            if (_ended)
            {
                _wake.Set();
            }
        }

        foreach (var call in group.Calls)
        {
            if (call.EventsLeft == 0)
            {
                call.Complete(); // outside the lock, which other calls need
            }
        }
    }

    /// <summary>Accepts no more calls. Blocked calls are refused; queued calls can still be taken.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var call in _calls.Where(call => call.State == RecordingState.Blocked).ToList())
            {
                Refuse(call);
            }

            _wake.Set();
        }
    }

    /// <summary>Makes <see cref="WaitAsync"/> throw.</summary>
    public void Break(Exception exception)
    {
        lock (_gate)
        {
            _failure = exception;
            _wake.Set();
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
            _turns.Clear();
            _blocked.Clear();
            _room.Clear();
            (_eventsQueued, _failure) = (0, null);
        }
    }

    /// <summary>Adds the events of a call that can be written now.</summary>
    private void AddTo(RecordingGroup group, RecordingCall call, int maxEvents, int maxBytes)
    {
        var (events, bytes) = (0, 0);
        foreach (var queued in call.Events)
        {
            if (queued.Outcome is not null || _blocked.LockOf(queued) != call.Retries)
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
            Place(call); // its types were locked after the call was queued
            return;
        }

        call.State = RecordingState.InStatement;
        call.Tenant.AddToGroup(events, bytes);
        _room.Count(call.Tenant, -events, -bytes);
    }

    private void SetOutcome(QueuedEvent queued, RecordingOutcome outcome)
    {
        var call = queued.Call;
        if (outcome.IsFinal)
        {
            call.SetOutcome(queued, outcome);
            return;
        }

        _room.Count(call.Tenant, 1, queued.Bytes);
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
        else if (_blocked.LockOf(queued) is null)
        {
            RetryLater(_blocked.LockType(queued.Event.Type.Id));
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

    /// <summary>Queues a call for its remaining events, or blocks it if none of them can be written.</summary>
    private void Place(RecordingCall call)
    {
        if (_blocked.BlockerOf(call) is not { } blocker)
        {
            BlockedCalls.Unlink(call);
            Enqueue(call);
        }
        else if (_ended)
        {
            Refuse(call);
        }
        else
        {
            BlockedCalls.Add(call, blocker);
        }
    }

    private void RetryLater(Blocker blocker)
    {
        _blocked.RetryLater(blocker);
        _wake.Set(); // the loop may sleep for longer
    }

    /// <returns>The time until the next retry; null if there is none.</returns>
    private TimeSpan? RetryDue()
    {
        TimeSpan? pause;
        while (_blocked.TakeDue(out pause) is { } blocker)
        {
            Retry(blocker);
        }

        return pause;
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

    private void Release(Blocker blocker) => _blocked.Release(blocker).ForEach(Place);

    private void Enqueue(RecordingCall call)
    {
        _eventsQueued += call.EventsLeft;
        if (_turns.Enqueue(call))
        {
            _wake.Set();
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
        BlockedCalls.Unlink(call);
        _room.Count(call.Tenant, -call.EventsLeft, -call.BytesLeft);
        call.Tenant.Calls--;
        _calls.Remove(call);
        _turns.Forget(call.Tenant);
    }
}
