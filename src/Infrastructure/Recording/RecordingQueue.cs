using System.Threading.Channels;
using Flownally.Application.Events;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Events that wait to be written, shared by tenant: nobody waits behind what another tenant has waiting, and whoever has too much waiting is
/// refused alone. Events of a type that is being changed wait apart.
/// </summary>
internal sealed class RecordingQueue(int mostWaiting, TimeProvider clock)
{
    /// <summary>Events in one statement, unless one call alone brings more: that would make all of them wait longer for little gain.</summary>
    public const int MostTogether = 500;

    /// <summary>Bytes of payloads in one statement, and 8 times as many waiting: payloads may be large.</summary>
    public const int MostBytesTogether = 4 * 1024 * 1024;

    private const long MostBytesWaiting = 8L * MostBytesTogether;

    private readonly Lock _gate = new();
    private readonly HashSet<RecordingCall> _calls = [];
    private readonly Dictionary<TenantId, RecordingShare> _shares = [];
    private readonly Stack<RecordingShare> _spare = []; // else a lone event would make one each time
    private readonly Queue<RecordingShare> _turns = [];
    private readonly List<RecordingShare> _full = [];
    private readonly Dictionary<(TenantId, EventTypeId), LockedType> _locked = [];

    /// <summary>What is to be tried again: a <see cref="RecordingCall"/> or a <see cref="LockedType"/>, by when, as a timestamp.</summary>
    private readonly PriorityQueue<object, long> _due = new();

    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _eventsWaiting;
    private long _bytesWaiting;
    private int _eventsQueued;
    private long _groups;
    private bool _ended;
    private Exception? _failure;

    /// <summary>How many events could be taken now.</summary>
    public int EventsQueued => Volatile.Read(ref _eventsQueued);

    /// <summary>Adds a call, if its tenant may have so much waiting.</summary>
    public bool TryAdd(RecordingCall call)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            var share = ShareOf(call.Events[0].TenantId);
            if (!HasRoom(share, call))
            {
                return false;
            }

            call.Share = share;
            share.Calls++;
            _calls.Add(call);
            Count(share, call.EventsLeft, call.BytesLeft);
            Enqueue(call);
            return true;
        }
    }

    /// <summary>The caller waits no longer. What is in a statement already may be written.</summary>
    public void Abandon(RecordingCall call)
    {
        lock (_gate)
        {
            switch (call.Place)
            {
                case RecordingPlace.InStatement:
                    call.IsAbandoned = true;
                    return;
                case RecordingPlace.Gone:
                    return;
                case RecordingPlace.Queued:
                    _eventsQueued -= call.EventsLeft;
                    break;
                case RecordingPlace.Locked:
                    call.Seat!.List!.Remove(call.Seat);
                    break;
            }

            var probed = call.Probed;
            Remove(call);
            if (probed is not null)
            {
                Probe(probed);
            }
        }
    }

    /// <summary>Waits until there is something to take.</summary>
    /// <returns>False where nothing will come any more.</returns>
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
                    throw new InvalidOperationException("What became of a group could not be noted.", _failure);
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

            await RingAsync(pause);
        }
    }

    /// <summary>
    /// Takes the next group. The tenants take turns, a call each time. While more than one has a turn, none fills more than half of the group:
    /// of a call that is larger only the first events are taken.
    /// </summary>
    public RecordingGroup Take()
    {
        lock (_gate)
        {
            var group = new RecordingGroup();
            _groups++;
            var divisor = _turns.Count > 1 ? 2 : 1;
            while (_turns.TryPeek(out var share))
            {
                if (share.Peek() is not { } call)
                {
                    _turns.Dequeue();
                    share.HasTurn = false;
                    Forget(share);
                    continue;
                }

                var (events, bytes) = (call.Probed is null ? call.EventsLeft : 1, (long)call.BytesLeft);
                if (divisor > 1)
                {
                    (events, bytes) = (Math.Min(events, MostTogether / divisor), Math.Min(bytes, MostBytesTogether / divisor));
                }

                share.BeginGroup(_groups);
                if (share.EventsInGroup > 0 && (share.EventsInGroup + events > MostTogether / divisor || share.BytesInGroup + bytes > MostBytesTogether / divisor))
                {
                    _full.Add(_turns.Dequeue());
                    continue;
                }

                if (group.Events.Count > 0 && (group.Events.Count + events > MostTogether || group.Bytes + bytes > MostBytesTogether))
                {
                    break;
                }

                share.Dequeue();
                _turns.Enqueue(_turns.Dequeue());
                _eventsQueued -= call.EventsLeft;
                TakeFrom(call, events, bytes, group);
            }

            _full.ForEach(_turns.Enqueue);
            _full.Clear();
            return group;
        }
    }

    /// <summary>Notes what became of a group, and tells those of whose events all is decided.</summary>
    public void Return(RecordingGroup group, IReadOnlyList<WriteOutcome> outcomes)
    {
        List<RecordingCall> decided = [];
        lock (_gate)
        {
            var next = 0;
            foreach (var piece in group.Pieces)
            {
                Return(piece, group.Indexes, outcomes, next);
                next += piece.Events;
                if (piece.Call is { EventsLeft: 0, IsAbandoned: false })
                {
                    decided.Add(piece.Call);
                }
            }

            if (_ended)
            {
                Ring();
            }
        }

        decided.ForEach(call => call.Tell());
    }

    /// <summary>Takes no more calls. Those that wait for another transaction are refused, the others are still to be taken.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var call in _calls.Where(call => call.Place is RecordingPlace.Locked or RecordingPlace.Paused).ToList())
            {
                Refuse(call, new AppendOutcome.Overloaded());
            }

            Ring();
        }
    }

    /// <summary>Has whoever waits for something to take learn of a failure that came up elsewhere.</summary>
    public void Break(Exception exception)
    {
        lock (_gate)
        {
            _failure = exception;
            Ring();
        }
    }

    /// <summary>Fails all calls, wherever they are, and begins afresh.</summary>
    public void Fail(Exception exception)
    {
        lock (_gate)
        {
            foreach (var call in _calls)
            {
                call.Place = RecordingPlace.Gone;
                call.DecideRest(new AppendOutcome.Failed(exception));
                call.Tell();
            }

            _calls.Clear();
            _shares.Clear();
            _turns.Clear();
            _full.Clear();
            _locked.Clear();
            _due.Clear();
            (_eventsWaiting, _bytesWaiting, _eventsQueued, _failure) = (0, 0, 0, null);
        }
    }

    /// <summary>
    /// One call is never too much. Beyond it a tenant may have as many events waiting as there is room left: alone half of all, two a third
    /// each, so that whoever comes finds room, however many have filled theirs.
    /// </summary>
    private bool HasRoom(RecordingShare share, RecordingCall call) => share.EventsWaiting == 0
        || (share.EventsWaiting + call.EventsLeft <= mostWaiting - _eventsWaiting - call.EventsLeft
            && share.BytesWaiting + call.BytesLeft <= MostBytesWaiting - _bytesWaiting - call.BytesLeft);

    /// <summary>Puts into a group what may be written of a call; nothing where its types are locked.</summary>
    private void TakeFrom(RecordingCall call, int mostEvents, long mostBytes, RecordingGroup group)
    {
        var (events, bytes) = (0, 0);
        for (var i = 0; i < call.Events.Count && events < mostEvents; i++)
        {
            if (!call.IsLeft(i) || !IsToBeTried(call, call.Events[i]))
            {
                continue;
            }

            var size = RecordingCall.SizeOf(call.Events[i]);
            if (events > 0 && bytes + size > mostBytes)
            {
                break;
            }

            group.Add(call, i);
            call.Share.AddToGroup(size);
            (events, bytes) = (events + 1, bytes + size);
        }

        if (events == 0)
        {
            PlaceAgain(call);
            return;
        }

        group.Add(new RecordingPiece(call, events, bytes));
        call.Place = RecordingPlace.InStatement;
        Count(call.Share, -events, -bytes);
    }

    private bool IsToBeTried(RecordingCall call, Event @event) => call.Probed is { } probed
        ? probed.Tenant == @event.TenantId && probed.Id == @event.Type.Id
        : LockOf(@event) is null;

    private LockedType? LockOf(Event @event) => _locked.Count == 0 ? null : _locked.GetValueOrDefault((@event.TenantId, @event.Type.Id));

    /// <param name="first">Where the outcomes of the piece begin.</param>
    private void Return(RecordingPiece piece, IReadOnlyList<int> indexes, IReadOnlyList<WriteOutcome> outcomes, int first)
    {
        var call = piece.Call;
        Count(call.Share, piece.Events, piece.Bytes);
        var (probed, wasLocked, isUndecided) = (call.Probed, false, false);
        call.Probed = null;
        for (var n = first; n < first + piece.Events; n++)
        {
            switch (outcomes[n])
            {
                case WriteOutcome.Final { Outcome: var outcome }:
                    Count(call.Share, -1, -RecordingCall.SizeOf(call.Events[indexes[n]]));
                    call.Decide(indexes[n], outcome);
                    break;
                case WriteOutcome.TypeLocked:
                    NoteLocked(call.Events[indexes[n]]);
                    wasLocked = true;
                    break;
                case WriteOutcome.KeyUndecided:
                    isUndecided = true;
                    break;
            }
        }

        if (call.EventsLeft == 0 || call.IsAbandoned)
        {
            Remove(call);
        }
        else if (isUndecided)
        {
            PauseCall(call);
        }
        else if (probed is not null && wasLocked)
        {
            Seat(call, probed, isFirst: true);
        }
        else
        {
            PlaceAgain(call);
        }

        if (probed is not null)
        {
            EndProbe(probed, wasLocked);
        }
    }

    private void NoteLocked(Event @event)
    {
        var key = (@event.TenantId, @event.Type.Id);
        if (!_locked.ContainsKey(key))
        {
            _locked[key] = new LockedType(@event.TenantId, @event.Type.Id);
            TryAgain(_locked[key], RetryPause.First);
        }
    }

    /// <summary>Has one event of a locked type try.</summary>
    private void Probe(LockedType type)
    {
        if (type.Calls.First is { } first)
        {
            type.Calls.RemoveFirst();
            first.Value.Probed = type;
            Enqueue(first.Value);
        }
        else
        {
            _locked.Remove((type.Tenant, type.Id));
        }
    }

    private void EndProbe(LockedType type, bool isLocked)
    {
        if (isLocked)
        {
            type.Pause = type.Pause.DoubledUpTo(RetryPause.Longest);
            TryAgain(type, type.Pause);
            return;
        }

        _locked.Remove((type.Tenant, type.Id));
        foreach (var call in type.Calls)
        {
            PlaceAgain(call);
        }

        type.Calls.Clear();
    }

    /// <summary>Queues a call for what is left of it, or lets it wait apart where all of that is of locked types.</summary>
    private void PlaceAgain(RecordingCall call)
    {
        LockedType? type = null;
        for (var i = 0; i < call.Events.Count; i++)
        {
            if (call.IsLeft(i))
            {
                if (LockOf(call.Events[i]) is not { } locked)
                {
                    Enqueue(call);
                    return;
                }

                type ??= locked;
            }
        }

        Seat(call, type!, isFirst: false);
    }

    private void Seat(RecordingCall call, LockedType type, bool isFirst)
    {
        if (_ended)
        {
            Refuse(call, new AppendOutcome.Overloaded());
            return;
        }

        call.Place = RecordingPlace.Locked;
        call.Seat = isFirst ? type.Calls.AddFirst(call) : type.Calls.AddLast(call);
    }

    private void PauseCall(RecordingCall call)
    {
        if (_ended)
        {
            Refuse(call, new AppendOutcome.Overloaded());
            return;
        }

        call.Place = RecordingPlace.Paused;
        call.Pause = call.Pause == TimeSpan.Zero ? RetryPause.First : call.Pause.DoubledUpTo(RetryPause.Longest);
        TryAgain(call, call.Pause);
    }

    private void TryAgain(object what, TimeSpan pause)
    {
        _due.Enqueue(what, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));
        Ring(); // the loop may be waiting for something later
    }

    /// <returns>How long it is until the next one is due; null where none is.</returns>
    private TimeSpan? RetryDue()
    {
        var now = clock.GetTimestamp();
        while (_due.TryPeek(out var what, out var due))
        {
            if (due > now)
            {
                return clock.GetElapsedTime(now, due);
            }

            _due.Dequeue();
            switch (what)
            {
                case LockedType type:
                    Probe(type);
                    break;
                case RecordingCall { Place: RecordingPlace.Paused } call:
                    PlaceAgain(call);
                    break;
            }
        }

        return null;
    }

    private void Enqueue(RecordingCall call)
    {
        call.Share.Enqueue(call);
        _eventsQueued += call.EventsLeft;
        if (!call.Share.HasTurn)
        {
            call.Share.HasTurn = true;
            _turns.Enqueue(call.Share);
            Ring();
        }
    }

    private void Refuse(RecordingCall call, AppendOutcome outcome)
    {
        Remove(call);
        call.DecideRest(outcome);
        call.Tell();
    }

    private void Remove(RecordingCall call)
    {
        call.Place = RecordingPlace.Gone;
        call.Probed = null;
        Count(call.Share, -call.EventsLeft, -call.BytesLeft);
        call.Share.Calls--;
        _calls.Remove(call);
        Forget(call.Share);
    }

    private void Count(RecordingShare share, int events, int bytes)
    {
        share.EventsWaiting += events;
        share.BytesWaiting += bytes;
        _eventsWaiting += events;
        _bytesWaiting += bytes;
    }

    private RecordingShare ShareOf(TenantId tenant)
    {
        if (!_shares.TryGetValue(tenant, out var share))
        {
            _shares[tenant] = share = _spare.TryPop(out var spare) ? spare : new RecordingShare();
            share.Tenant = tenant;
        }

        return share;
    }

    private void Forget(RecordingShare share)
    {
        if (share is { Calls: 0, HasTurn: false } && _shares.Remove(share.Tenant))
        {
            _spare.Push(share);
        }
    }

    private void Ring() => _bell.Writer.TryWrite(true);

    private async Task RingAsync(TimeSpan? pause)
    {
        if (pause is null)
        {
            await _bell.Reader.ReadAsync();
            return;
        }

        using var patience = new CancellationTokenSource(pause.Value, clock);
        try
        {
            await _bell.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // Something is due.
        }
    }
}
