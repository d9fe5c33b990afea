using Flownally.Domain.Events;

namespace Flownally.Application.Events;

/// <summary>Records events durably, each once.</summary>
public interface IEventLog
{
    /// <summary>Records an event, unless its type has changed since it was read or its key belongs to another event.</summary>
    /// <returns>A final outcome: the log retries after the others.</returns>
    Task<RecordingOutcome> RecordAsync(Event @event, CancellationToken cancellationToken);

    /// <summary>Records independent events of one tenant, in their order.</summary>
    /// <returns>The outcome of each event, in their order.</returns>
    Task<IReadOnlyList<RecordingOutcome>> RecordAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken);
}
