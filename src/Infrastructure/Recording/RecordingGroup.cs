using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>The events that one statement writes.</summary>
internal sealed class RecordingGroup
{
    private readonly List<QueuedEvent> _queued = [];
    private readonly List<Event> _events = [];
    private readonly List<RecordingCall> _calls = [];

    public IReadOnlyList<QueuedEvent> Queued => _queued;

    /// <summary>The events of <see cref="Queued"/>, in the same order.</summary>
    public IReadOnlyList<Event> Events => _events;

    /// <summary>The calls that they belong to, each once.</summary>
    public List<RecordingCall> Calls => _calls;

    public int Bytes { get; private set; }

    public void Add(QueuedEvent queued)
    {
        _queued.Add(queued);
        _events.Add(queued.Event);
        Bytes += queued.Bytes;
        if (_calls is not [.., var last] || last != queued.Call)
        {
            _calls.Add(queued.Call);
        }
    }
}
