using Flownally.Domain.Events;

namespace Flownally.Application.Events;

/// <summary>
/// The outcome of an attempt to record an event: one of the records below. Only <see cref="Recorded"/>, and possibly
/// <see cref="Failed"/>, leaves a trace in the database.
/// </summary>
public abstract record RecordingOutcome
{
    private RecordingOutcome()
    {
    }

    /// <summary>False if the attempt must wait for another transaction and be retried.</summary>
    public bool IsFinal => this is not (TypeLocked or KeyUndecided);

    /// <summary>The event is committed and part of every list. It appears in the feed when all older transactions have ended.</summary>
    public sealed record Recorded : RecordingOutcome
    {
        public static readonly Recorded Instance = new();
    }

    /// <summary>The type was changed or deleted after it was read. Read it again and validate again.</summary>
    public sealed record TypeChanged : RecordingOutcome
    {
        public static readonly TypeChanged Instance = new();
    }

    /// <summary>Another transaction is changing the type.</summary>
    public sealed record TypeLocked : RecordingOutcome
    {
        public static readonly TypeLocked Instance = new();
    }

    /// <summary>Another event is recorded under the key.</summary>
    public sealed record KeyTaken(EventId By, Fingerprint Fingerprint) : RecordingOutcome;

    /// <summary>The key is taken, but its event is not visible: not yet, or no longer.</summary>
    public sealed record KeyUndecided : RecordingOutcome
    {
        public static readonly KeyUndecided Instance = new();
    }

    /// <summary>The queue is full, or the process is stopping. No attempt was made.</summary>
    public sealed record Overloaded : RecordingOutcome
    {
        public static readonly Overloaded Instance = new();
    }

    /// <summary>
    /// The event could not be written. After a <see cref="DatabaseUnavailableException"/> it may be stored nevertheless.
    /// </summary>
    public sealed record Failed(Exception Exception) : RecordingOutcome;
}
