using Flownally.Domain.Events;

namespace Flownally.Application.Events;

/// <summary>
/// The outcome of an attempt to record an event: one of the records below. Only <see cref="Recorded"/> leaves a trace in the database,
/// and perhaps <see cref="Failed"/>.
/// </summary>
public abstract record RecordingOutcome
{
    private RecordingOutcome()
    {
    }

    /// <summary>False for an attempt that waits for another transaction, and is retried.</summary>
    public bool IsFinal => this is not (TypeLocked or KeyUndecided);

    /// <summary>The event is durable, readable in every list and in its place in the feed.</summary>
    public sealed record Recorded : RecordingOutcome
    {
        public static readonly Recorded Instance = new();
    }

    /// <summary>The type was changed or deleted since it was read: read it again, and validate again.</summary>
    public sealed record TypeChanged : RecordingOutcome
    {
        public static readonly TypeChanged Instance = new();
    }

    /// <summary>Another transaction is changing the type.</summary>
    public sealed record TypeLocked : RecordingOutcome
    {
        public static readonly TypeLocked Instance = new();
    }

    /// <summary>The key stands for another event already.</summary>
    public sealed record KeyTaken(EventId By, Fingerprint Fingerprint) : RecordingOutcome;

    /// <summary>The key is taken, but its event cannot be read yet or any more.</summary>
    public sealed record KeyUndecided : RecordingOutcome
    {
        public static readonly KeyUndecided Instance = new();
    }

    /// <summary>The queue is full, or the process is ending; nothing was tried.</summary>
    public sealed record Overloaded : RecordingOutcome
    {
        public static readonly Overloaded Instance = new();
    }

    /// <summary>
    /// The event could not be written. After an outage of the database (<see cref="DatabaseUnavailableException"/>) it may have been.
    /// </summary>
    public sealed record Failed(Exception Exception) : RecordingOutcome;
}
