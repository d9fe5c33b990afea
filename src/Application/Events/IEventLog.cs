using Flownally.Domain.Events;

namespace Flownally.Application.Events;

/// <summary>Where events are recorded, once and for good.</summary>
public interface IEventLog
{
    /// <summary>Records an event, if its type has not changed since it was read and its key stands for no other event.</summary>
    /// <returns>The outcome, which is final: the log itself retries the others.</returns>
    Task<RecordingOutcome> RecordAsync(Event @event, CancellationToken cancellationToken);

    /// <summary>Records the events of a call, each by itself. They are of one tenant and keep their order.</summary>
    /// <returns>The outcome of each, in their order.</returns>
    Task<IReadOnlyList<RecordingOutcome>> RecordAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken);
}
