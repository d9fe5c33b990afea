using Flownally.Domain.Events;

namespace Flownally.Application.Events;

/// <summary>Where events are recorded, once and for good.</summary>
public interface IEventLog
{
    /// <summary>Records events, each if its type has not moved since it was read and its key stands for no other event.</summary>
    /// <returns>
    /// What became of each, in their order. <see cref="AppendOutcome.Appended"/> only once the event is durable, readable in
    /// every list and in its place in the feed; every other outcome leaves no trace, but for <see cref="AppendOutcome.Failed"/>.
    /// </returns>
    Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken);
}

/// <summary>What became of an attempt to record.</summary>
public abstract record AppendOutcome
{
    private AppendOutcome()
    {
    }

    public sealed record Appended : AppendOutcome
    {
        public static readonly Appended Instance = new();
    }

    /// <summary>The type was changed or deleted meanwhile: load it again, and decide again.</summary>
    public sealed record TypeMoved : AppendOutcome;

    /// <summary>Too much waits to be recorded; nothing was tried.</summary>
    public sealed record Overloaded : AppendOutcome;

    /// <summary>The key stands for an event already.</summary>
    public sealed record KeyTaken(EventId By, Fingerprint Fingerprint) : AppendOutcome;

    /// <summary>
    /// The event could not be written; where the database went away meanwhile (<see cref="DatabaseUnavailableException"/>),
    /// it may have been.
    /// </summary>
    public sealed record Failed(Exception Exception) : AppendOutcome;
}
