using Flownally.Application.Events;
using Flownally.Domain.Events;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Records what waits in one transaction: while one is being committed the next gathers, so that under load many events share
/// the price of a commit, and a lone one waits for nobody. Each call learns what became of its own events, after the commit.
/// </summary>
internal sealed partial class GroupCommitLog : IEventLog, IRecordingProbe, IAsyncDisposable
{
    private readonly IEventWriter _writer;
    private readonly ILogger<GroupCommitLog> _logger;
    private readonly RecordingQueue _queue;
    private readonly Lazy<Task> _writing;
    private readonly TaskCompletionSource _recording = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The last statement in each lane.</summary>
    private readonly Task[] _lanes = [Task.CompletedTask, Task.CompletedTask];

    public GroupCommitLog(IEventWriter writer, TimeProvider clock, IOptions<RecordingOptions> options, ILogger<GroupCommitLog> logger)
    {
        _writer = writer;
        _logger = logger;
        _queue = new RecordingQueue(options.Value.MaxWaiting, clock);
        _writing = new Lazy<Task>(() => Task.Run(WriteUntilTheEndAsync));
    }

    public bool HasFailed => Recording.IsFaulted;

    /// <summary>Ends when the log does. Fails where recording cannot begin afresh after a failure: no event is recorded any more.</summary>
    public Task Recording => _recording.Task;

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return [];
        }

        _ = _writing.Value;
        var call = new RecordingCall(events);
        if (!_queue.TryAdd(call))
        {
            return [.. events.Select(_ => new AppendOutcome.Overloaded())];
        }

        using (cancellationToken.UnsafeRegister(Abandon, (_queue, call)))
        {
            return await call.Answer;
        }
    }

    /// <summary>Takes no more, and writes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.End();
        if (_writing.IsValueCreated)
        {
            await _writing.Value;
        }

        _recording.TrySetResult();
    }

    private static void Abandon(object? state, CancellationToken cancellationToken)
    {
        var (queue, call) = ((RecordingQueue, RecordingCall))state!;
        queue.Abandon(call);
        call.Cancel(cancellationToken);
    }

    /// <summary>
    /// Where recording cannot begin afresh, whoever watches it is told (<see cref="RecordingGuardian"/>). Calls that wait fail, and calls
    /// that come are refused, until the process has ended.
    /// </summary>
    private async Task WriteUntilTheEndAsync()
    {
        try
        {
            await WriteWhateverHappensAsync();
        }
        catch (Exception exception)
        {
            _recording.TrySetException(exception);
            _queue.End();
            _queue.Fail(exception);
        }
    }

    /// <summary>No failure ends recording: those that wait are told of it, and it goes on with those that come.</summary>
    private async Task WriteWhateverHappensAsync()
    {
        while (true)
        {
            try
            {
                await WriteAsync();
                return;
            }
            catch (Exception exception)
            {
                LogRestart(exception);
                await Task.WhenAll(_lanes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Array.Fill(_lanes, Task.CompletedTask);
                _queue.Fail(exception);
            }
        }
    }

    /// <summary>
    /// Writes one group after the other. Where more waits than fits into one, a second is written meanwhile in the other lane, so that
    /// PostgreSQL can use two cores; not before, because two small groups cost more than one.
    /// </summary>
    private async Task WriteAsync()
    {
        for (var lane = 0; await _queue.WaitAsync(); lane = 1 - lane)
        {
            var other = _lanes[1 - lane];
            if (_queue.EventsQueued < RecordingQueue.MostTogether)
            {
                await other;
            }

            _lanes[lane] = RecordAsync(_queue.Take(), lane);
            await other;
        }

        await Task.WhenAll(_lanes);
    }

    private async Task RecordAsync(RecordingGroup group, int lane)
    {
        if (group.Events.Count == 0)
        {
            return;
        }

        var outcomes = await WriteAsync(group.Events, lane);
        try
        {
            _queue.Return(group, outcomes);
        }
        catch (Exception exception)
        {
            _queue.Break(exception);
        }
    }

    private async Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane)
    {
        try
        {
            return await _writer.WriteAsync(events, lane, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogFailure(exception);
            return [.. events.Select(_ => new WriteOutcome.Final(new AppendOutcome.Failed(exception)))];
        }
    }

    [LoggerMessage(LogLevel.Error, "A group of events failed as a whole.")]
    private partial void LogFailure(Exception exception);

    [LoggerMessage(LogLevel.Error, "Recording failed and begins afresh; all events that waited have failed.")]
    private partial void LogRestart(Exception exception);
}
