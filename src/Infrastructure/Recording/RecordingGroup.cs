using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>Events that are written by one statement, and whose they are.</summary>
internal sealed class RecordingGroup
{
    private readonly List<Event> _events = [];
    private readonly List<int> _indexes = [];
    private readonly List<RecordingPiece> _pieces = [];

    public IReadOnlyList<Event> Events => _events;

    /// <summary>Where each event stands in its call.</summary>
    public IReadOnlyList<int> Indexes => _indexes;

    /// <summary>The calls, in the order of the events.</summary>
    public IReadOnlyList<RecordingPiece> Pieces => _pieces;

    public int Bytes { get; private set; }

    public void Add(RecordingCall call, int index)
    {
        _events.Add(call.Events[index]);
        _indexes.Add(index);
        Bytes += RecordingCall.SizeOf(call.Events[index]);
    }

    /// <summary>Ends the events of a call.</summary>
    public void Add(RecordingPiece piece) => _pieces.Add(piece);
}

/// <summary>The events of a call that are in a statement.</summary>
internal readonly record struct RecordingPiece(RecordingCall Call, int Events, int Bytes);
