using System.Diagnostics.Metrics;
using Flownally.Application.Events;
using Flownally.Domain.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Writes the waiting events as a group: one statement, which is one transaction. While it commits, the next group gathers. Under load many
/// events share the cost of a commit, and a single event waits for no other. Each call gets the outcomes of its own events after the
/// commit. If writing ends with an exception, the host ends the process, so that a supervisor restarts it.
/// </summary>
internal sealed partial class GroupCommitLog : BackgroundService, IEventLog, IAsyncDisposable
{
    private readonly IEventWriter _writer;
    private readonly ILogger<GroupCommitLog> _logger;
    private readonly RecordingQueue _queue;
    private readonly Task[] _lanes = [Task.CompletedTask, Task.CompletedTask]; // the last statement of each lane
    private readonly Counter<long> _recorded;
    private readonly Histogram<int> _groupSize;

    public GroupCommitLog(IEventWriter writer, TimeProvider clock, IMeterFactory meters, IOptions<RecordingOptions> options,
        ILogger<GroupCommitLog> logger)
    {
        (_writer, _logger, _queue) = (writer, logger, new RecordingQueue(options.Value.MaxWaiting, clock));
        var meter = meters.Create("Flownally");
        _recorded = meter.CreateCounter<long>("flownally.events.recorded", "{event}", "Events recorded.");
        _groupSize = meter.CreateHistogram<int>("flownally.recording.group.size", "{event}", "Events in a group.");
        meter.CreateObservableGauge(
            "flownally.recording.queue.events", () => _queue.EventsWaiting, "{event}", "Events that are in no statement yet.");
        meter.CreateObservableGauge(
            "flownally.recording.queue.age", () => _queue.Age.TotalSeconds, "s", "How long the oldest call has been waiting.");
    }

    public bool HasFailed => ExecuteTask is { IsFaulted: true };

    public async Task<RecordingOutcome> RecordAsync(Event @event, CancellationToken cancellationToken)
    {
        var queued = new QueuedEvent(@event);
        await RecordAsync(new RecordingCall(queued), cancellationToken);
        return queued.Outcome!;
    }

    public async Task<IReadOnlyList<RecordingOutcome>> RecordAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return [];
        }

        var call = new RecordingCall([.. events.Select(@event => new QueuedEvent(@event))]);
        await RecordAsync(call, cancellationToken);
        return [.. call.Events.Select(queued => queued.Outcome!)];
    }

    /// <summary>Writes all waiting events, also after the host's shutdown timeout.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.End();
        await (ExecuteTask ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    /// <summary>Recording survives failures: the waiting calls fail, and recording goes on with the next.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var end = stoppingToken.UnsafeRegister(queue => ((RecordingQueue)queue!).End(), _queue);
        try
        {
            while (!await WriteAsync())
            {
            }
        }
        catch (Exception exception)
        {
            _queue.End();
            _queue.Fail(exception);
            throw;
        }
    }

    /// <returns>True if the queue has ended; false after a failure.</returns>
    private async Task<bool> WriteAsync()
    {
        try
        {
            await WriteGroupsAsync();
            return true;
        }
        catch (Exception exception)
        {
            await Task.WhenAll(_lanes); // they do not fail
            _queue.Fail(exception);
            LogRestart(exception);
            return false;
        }
    }

    /// <summary>
    /// Writes the groups in order. If more events wait than fit into a group, a second group is written at the same time in the other lane,
    /// so that PostgreSQL uses two cores. Two small groups would cost more than one.
    /// </summary>
    private async Task WriteGroupsAsync()
    {
        for (var lane = 0; await _queue.WaitAsync(); lane = 1 - lane)
        {
            var other = _lanes[1 - lane];
            if (_queue.EventsQueued < RecordingQueue.MaxGroupEvents)
            {
                await other;
            }

            _lanes[lane] = WriteAsync(_queue.Take(), lane);
            await other;
        }

        await Task.WhenAll(_lanes);
    }

    private async Task WriteAsync(RecordingGroup group, int lane)
    {
        if (group.Events.Count == 0)
        {
            return;
        }

        try
        {
            _groupSize.Record(group.Events.Count);
            var outcomes = await WriteAsync(group.Events, lane);
            if (_recorded.Enabled)
            {
                _recorded.Add(outcomes.Count(outcome => outcome is RecordingOutcome.Recorded));
            }

            _queue.Return(group, outcomes);
        }
        catch (Exception exception)
        {
            _queue.Break(exception);
        }
    }

    private async Task<IReadOnlyList<RecordingOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane)
    {
        try
        {
            return await _writer.WriteAsync(events, lane);
        }
        catch (Exception exception)
        {
            LogFailure(exception);
            var failed = new RecordingOutcome.Failed(exception);
            return [.. events.Select(_ => failed)];
        }
    }

    private async Task RecordAsync(RecordingCall call, CancellationToken cancellationToken)
    {
        if (!_queue.TryAdd(call))
        {
            call.Complete(RecordingOutcome.Overloaded.Instance);
            return;
        }

        using (cancellationToken.UnsafeRegister(Abandon, (_queue, call)))
        {
            await call.Completion;
        }
    }

    private static void Abandon(object? state, CancellationToken cancellationToken)
    {
        var (queue, call) = ((RecordingQueue, RecordingCall))state!;
        queue.Abandon(call);
        call.Cancel(cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "A group of events failed as a whole.")]
    private partial void LogFailure(Exception exception);

    [LoggerMessage(LogLevel.Error, "Recording failed and starts over; all events that waited have failed.")]
    private partial void LogRestart(Exception exception);
}
