using Flownally.Application.Events;
using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>Writes events, any number of them by one statement, which is one transaction.</summary>
internal interface IEventWriter
{
    /// <summary>Writes what can be written. A statement is never cancelled.</summary>
    /// <param name="lane">0 or 1: the counters that it adds to. Statements in different lanes do not wait for each other there.</param>
    /// <returns>The outcome of each event, in their order; those that are not final are to be retried.</returns>
    Task<IReadOnlyList<RecordingOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane);
}
