using Flownally.Application.Events;
using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Records each event in a transaction of its own, one after the other: what <see cref="GroupCommitLog"/> must agree with, and is measured against.
/// </summary>
internal sealed class SingleCommitLog(IEventWriter writer, TimeProvider clock) : IEventLog
{
    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        var outcomes = new AppendOutcome[events.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = await AppendAsync(events[i], cancellationToken);
        }

        return outcomes;
    }

    private async Task<AppendOutcome> AppendAsync(Event @event, CancellationToken cancellationToken)
    {
        for (var pause = RetryPause.First; ; pause = pause.DoubledUpTo(RetryPause.Longest))
        {
            if ((await writer.WriteAsync([@event], lane: 0, cancellationToken))[0] is WriteOutcome.Final { Outcome: var outcome })
            {
                return outcome;
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }
}
