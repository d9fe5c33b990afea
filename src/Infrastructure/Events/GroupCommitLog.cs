using System.Threading.Channels;
using Flownally.Application.Events;
using Flownally.Domain.Events;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.Events;

/// <summary>
/// Records what waits in one transaction: while one is being committed the next gathers, so that under load many events share
/// the price of a commit, and a lone one waits for nobody. Each waiter learns what became of its own event, after the commit.
/// </summary>
internal sealed class GroupCommitLog : IEventLog, IAsyncDisposable
{
    /// <summary>Where another transaction stood in the way; a change to a type holds its lock for milliseconds.</summary>
    public static readonly TimeSpan PauseBeforeRetry = TimeSpan.FromMilliseconds(10);

    /// <summary>Events in one statement, unless one call brings more: that would make all of them wait longer for little gain.</summary>
    private const int MostTogether = 500;

    /// <summary>Bytes of payloads in one statement, and 8 times as many waiting: payloads may be large.</summary>
    private const int MostBytesTogether = 4 * 1024 * 1024;

    private readonly EventWriter _writer;
    private readonly TimeProvider _clock;
    private readonly int _mostWaiting;
    private readonly Channel<Waiter> _queue = Channel.CreateUnbounded<Waiter>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lazy<Task> _writing;
    private int _eventsWaiting;
    private long _bytesWaiting;

    public GroupCommitLog(EventWriter writer, TimeProvider clock, IOptions<RecordingOptions> options)
    {
        _writer = writer;
        _clock = clock;
        _mostWaiting = options.Value.MaxWaiting;
        _writing = new Lazy<Task>(() => Task.Run(WriteAsync));
    }

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        _ = _writing.Value;
        var outcomes = await WaitAsync(events, cancellationToken);
        while (outcomes.Contains(null))
        {
            await RetryAsync(events, outcomes, cancellationToken);
        }

        return outcomes!;
    }

    /// <summary>Takes no more, and writes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        if (_writing.IsValueCreated)
        {
            await _writing.Value;
        }
    }

    /// <summary>Tries those again that nothing became of, and notes what becomes of them now.</summary>
    private async Task RetryAsync(IReadOnlyList<Event> events, AppendOutcome?[] outcomes, CancellationToken cancellationToken)
    {
        await Task.Delay(PauseBeforeRetry, _clock, cancellationToken);
        int[] left = [.. Enumerable.Range(0, events.Count).Where(i => outcomes[i] is null)];
        var again = await WaitAsync([.. left.Select(i => events[i])], cancellationToken);
        for (var i = 0; i < left.Length; i++)
        {
            outcomes[left[i]] = again[i];
        }
    }

    /// <returns>What became of each event; null where another transaction stood in the way.</returns>
    private Task<AppendOutcome?[]> WaitAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(events, cancellationToken);
        var (count, bytes) = (Interlocked.Add(ref _eventsWaiting, events.Count), Interlocked.Add(ref _bytesWaiting, waiter.Bytes));
        var alone = count == events.Count; // one call by itself is never too much
        if ((!alone && (count > _mostWaiting || bytes > 8 * MostBytesTogether)) || !_queue.Writer.TryWrite(waiter))
        {
            Leave(waiter);
            return Task.FromResult<AppendOutcome?[]>([.. events.Select(_ => new AppendOutcome.Overloaded())]);
        }

        return waiter.Outcomes.WaitAsync(cancellationToken);
    }

    private void Leave(Waiter waiter)
    {
        Interlocked.Add(ref _eventsWaiting, -waiter.Events.Count);
        Interlocked.Add(ref _bytesWaiting, -waiter.Bytes);
    }

    /// <summary>
    /// Writes one group after the other. Where more waits than fits into one, a second is written meanwhile in the other lane, so that
    /// PostgreSQL can use two cores; not before, because two small groups cost more than one.
    /// </summary>
    private async Task WriteAsync()
    {
        var (other, lane) = (Task.CompletedTask, 0);
        while (await _queue.Reader.WaitToReadAsync())
        {
            if (Volatile.Read(ref _eventsWaiting) < MostTogether)
            {
                await other;
            }

            var writing = RecordAsync(TakeTogether(), lane);
            await other;
            (other, lane) = (writing, 1 - lane);
        }

        await other;
    }

    private List<Waiter> TakeTogether()
    {
        var (waiters, count, bytes) = (new List<Waiter>(), 0, 0);
        while (_queue.Reader.TryPeek(out var waiter)
            && (waiters.Count == 0 || (count + waiter.Events.Count <= MostTogether && bytes + waiter.Bytes <= MostBytesTogether)))
        {
            _queue.Reader.TryRead(out _);
            Leave(waiter);
            if (!waiter.HasGone)
            {
                waiters.Add(waiter);
                count += waiter.Events.Count;
                bytes += waiter.Bytes;
            }
        }

        return waiters;
    }

    private async Task RecordAsync(List<Waiter> waiters, int lane)
    {
        if (waiters.Count == 0)
        {
            return;
        }

        var outcomes = await _writer.WriteAsync([.. waiters.SelectMany(waiter => waiter.Events)], lane, CancellationToken.None);
        var next = 0;
        foreach (var waiter in waiters)
        {
            waiter.Answer(outcomes[next..(next += waiter.Events.Count)]);
        }
    }

    /// <summary>The events of a call, and whoever waits to learn what became of them.</summary>
    private sealed class Waiter(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        /// <summary>Whoever is answered goes on elsewhere, and not before the others are answered.</summary>
        private readonly TaskCompletionSource<AppendOutcome?[]> _outcomes = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<Event> Events => events;

        public int Bytes { get; } = events.Sum(e => e.Payload.Text.Utf8.Length);

        public bool HasGone => cancellationToken.IsCancellationRequested;

        public Task<AppendOutcome?[]> Outcomes => _outcomes.Task;

        public void Answer(AppendOutcome?[] outcomes) => _outcomes.SetResult(outcomes);
    }
}
