using Flownally.Application.Events;
using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// The events of a call, and what has become of them. A call is in one place at a time, also where its events are written by several
/// statements, so that they keep their order. <see cref="RecordingQueue"/> alone changes it, within its lock.
/// </summary>
internal sealed class RecordingCall(IReadOnlyList<Event> events)
{
    /// <summary>Whoever is answered goes on elsewhere, and not before the others are answered.</summary>
    private readonly TaskCompletionSource<IReadOnlyList<AppendOutcome>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null where nothing is decided.</summary>
    private readonly AppendOutcome?[] _outcomes = new AppendOutcome?[events.Count];

    /// <summary>All of one tenant.</summary>
    public IReadOnlyList<Event> Events => events;

    public RecordingShare Share { get; set; } = null!;

    public RecordingPlace Place { get; set; }

    /// <summary>What is not decided yet.</summary>
    public int EventsLeft { get; private set; } = events.Count;

    public int BytesLeft { get; private set; } = events.Sum(SizeOf);

    /// <summary>The locked type that this call tries with one event; null where it tries none.</summary>
    public LockedType? Probed { get; set; }

    /// <summary>Where it stands among those that wait for a locked type.</summary>
    public LinkedListNode<RecordingCall>? Seat { get; set; }

    /// <summary>How long it waited the last time, because of a key.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>Set where nobody waits for the answer any more, while a statement has its events.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>What became of each event, in their order.</summary>
    public Task<IReadOnlyList<AppendOutcome>> Answer => _answer.Task;

    public static int SizeOf(Event @event) => @event.Payload.Text.Utf8.Length;

    public bool IsLeft(int index) => _outcomes[index] is null;

    public void Decide(int index, AppendOutcome outcome)
    {
        _outcomes[index] = outcome;
        EventsLeft--;
        BytesLeft -= SizeOf(events[index]);
    }

    /// <summary>Decides all that is left.</summary>
    public void DecideRest(AppendOutcome outcome)
    {
        for (var i = 0; i < _outcomes.Length; i++)
        {
            _outcomes[i] ??= outcome;
        }
    }

    /// <summary>Tells the caller, once all is decided.</summary>
    public void Tell() => _answer.TrySetResult(_outcomes!);

    public void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);
}

/// <summary>Where a call is.</summary>
internal enum RecordingPlace
{
    /// <summary>In no place yet.</summary>
    New,

    /// <summary>Decided or given up.</summary>
    Gone,

    /// <summary>In the queue of its tenant.</summary>
    Queued,

    /// <summary>A statement has events of it.</summary>
    InStatement,

    /// <summary>All that is left of it is of locked types.</summary>
    Locked,

    /// <summary>It waits until a key may be decided.</summary>
    Paused,
}
