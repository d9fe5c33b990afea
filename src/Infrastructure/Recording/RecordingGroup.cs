using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>The events that one statement writes.</summary>
internal sealed class RecordingGroup
{
    public List<QueuedEvent> Queued { get; } = [];

    /// <summary>The events of <see cref="Queued"/>, in the same order.</summary>
    public List<Event> Events { get; } = [];

    /// <summary>The calls of the events, each once.</summary>
    public List<RecordingCall> Calls { get; } = [];

    public int Bytes { get; private set; }

    public void Add(QueuedEvent queued)
    {
        Queued.Add(queued);
        Events.Add(queued.Event);
        Bytes += queued.Bytes;
        if (Calls is not [.., var last] || last != queued.Call)
        {
            Calls.Add(queued.Call);
        }
    }
}
