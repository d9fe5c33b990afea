using Flownally.Application.Events;
using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>Writes any number of events by one statement, which is one transaction.</summary>
internal interface IEventWriter
{
    /// <summary>Writes the events that can be written. A statement is never cancelled.</summary>
    /// <param name="lane">0 or 1: the counters that the statement adds to. Statements in different lanes do not wait for each other's
    /// counters.</param>
    /// <returns>The outcome of each event, in order. The caller retries events without a final outcome.</returns>
    Task<IReadOnlyList<RecordingOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane);
}
