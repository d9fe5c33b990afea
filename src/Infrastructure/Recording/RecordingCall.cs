using Flownally.Application.Events;
using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// The events of a call and their outcomes. A call is in one place at a time, also if several statements write its events, so its events
/// keep their order. Only <see cref="RecordingQueue"/> changes it, within its lock.
/// </summary>
internal sealed class RecordingCall
{
    /// <summary>Continuations run on another thread, so that no caller delays the responses of others.</summary>
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecordingCall(params QueuedEvent[] events)
    {
        Events = events;
        EventsLeft = events.Length;
        foreach (var queued in events)
        {
            queued.Call = this;
            BytesLeft += queued.Bytes;
        }
    }

    public QueuedEvent[] Events { get; }

    /// <summary>The events without an outcome.</summary>
    public int EventsLeft { get; private set; }

    public int BytesLeft { get; private set; }

    public TenantQueue Tenant { get; set; } = null!;

    public RecordingState State { get; set; }

    /// <summary>The timestamp at which the call entered the queue.</summary>
    public long QueuedAt { get; set; }

    /// <summary>The locked type for which one event of this call retries; null if none does.</summary>
    public Blocker? Retries { get; set; }

    /// <summary>The node in the list of a blocker; in no list if the call is not blocked.</summary>
    public LinkedListNode<RecordingCall>? Link { get; set; }

    /// <summary>Holds the call back while the outcome of an idempotency key is unknown; null if that has not happened.</summary>
    public Blocker? Key { get; set; }

    /// <summary>Whether the call waits for a key.</summary>
    public bool WaitsForKey { get; set; }

    /// <summary>Whether the caller disconnected while a statement contained its events.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Completes when each event has its outcome.</summary>
    public Task Completion => _completion.Task;

    public void SetOutcome(QueuedEvent queued, RecordingOutcome outcome)
    {
        queued.Outcome = outcome;
        EventsLeft--;
        BytesLeft -= queued.Bytes;
    }

    /// <summary>Gives the remaining events the same outcome.</summary>
    public void Complete(RecordingOutcome outcome)
    {
        foreach (var queued in Events)
        {
            queued.Outcome ??= outcome;
        }

        Complete();
    }

    public void Complete() => _completion.TrySetResult();

    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}

/// <summary>An event of a call.</summary>
internal sealed class QueuedEvent(Event @event)
{
    public Event Event => @event;

    public RecordingCall Call { get; set; } = null!;

    /// <summary>Null until the outcome is final.</summary>
    public RecordingOutcome? Outcome { get; set; }

    public int Bytes => @event.Payload.Text.Utf8.Length;
}

/// <summary>The place of a call.</summary>
internal enum RecordingState
{
    /// <summary>Not in the queue yet.</summary>
    New,

    /// <summary>In the queue of its tenant.</summary>
    Queued,

    /// <summary>In a group; its statement contains events of the call.</summary>
    InStatement,

    /// <summary>A <see cref="Blocker"/> has the call: all its remaining events wait for another transaction.</summary>
    Blocked,

    /// <summary>Answered or abandoned.</summary>
    Done,
}
