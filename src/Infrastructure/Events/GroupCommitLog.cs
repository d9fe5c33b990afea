using System.Threading.Channels;
using Flownally.Application;
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

    /// <summary>Events in one statement: more would make all of them wait longer for little gain.</summary>
    private const int MostTogether = 500;

    /// <summary>Bytes of payloads in one statement, and 8 times as many waiting: payloads may be large.</summary>
    private const int MostBytesTogether = 4 * 1024 * 1024;

    private readonly EventWriter _writer;
    private readonly TimeProvider _clock;
    private readonly Channel<Waiter> _queue;
    private readonly Lazy<Task> _writing;
    private long _bytesWaiting;

    public GroupCommitLog(EventWriter writer, TimeProvider clock, IOptions<RecordingOptions> options)
    {
        _writer = writer;
        _clock = clock;
        _queue = Channel.CreateBounded<Waiter>(new BoundedChannelOptions(options.Value.MaxWaiting) { SingleReader = true });
        _writing = new Lazy<Task>(() => Task.Run(WriteAsync));
    }

    public async Task<AppendOutcome> AppendAsync(Event @event, CancellationToken cancellationToken)
    {
        _ = _writing.Value;
        while (true)
        {
            var waiter = new Waiter(@event, cancellationToken);
            if (Volatile.Read(ref _bytesWaiting) > 8 * MostBytesTogether || !_queue.Writer.TryWrite(waiter))
            {
                return new AppendOutcome.Overloaded();
            }

            Interlocked.Add(ref _bytesWaiting, waiter.Bytes);
            if (await waiter.Outcome.WaitAsync(cancellationToken) is { } outcome)
            {
                return outcome;
            }

            await Task.Delay(PauseBeforeRetry, _clock, cancellationToken);
        }
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

    private async Task WriteAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            await RecordAsync(TakeTogether());
        }
    }

    private List<Waiter> TakeTogether()
    {
        var (waiters, bytes) = (new List<Waiter>(), 0);
        while (waiters.Count < MostTogether && bytes < MostBytesTogether && _queue.Reader.TryRead(out var waiter))
        {
            Interlocked.Add(ref _bytesWaiting, -waiter.Bytes);
            if (!waiter.HasGone)
            {
                waiters.Add(waiter);
                bytes += waiter.Bytes;
            }
        }

        return waiters;
    }

    /// <summary>
    /// A statement that PostgreSQL refuses has written nothing; then each is tried alone, so that the one at fault fails alone.
    /// Where the connection was lost nobody knows what was written, and nothing is tried again: the keys tell those who ask.
    /// </summary>
    private async Task RecordAsync(List<Waiter> waiters)
    {
        if (waiters.Count == 0)
        {
            return;
        }

        try
        {
            var outcomes = await _writer.WriteAsync([.. waiters.Select(waiter => waiter.Event)], CancellationToken.None);
            for (var i = 0; i < outcomes.Length; i++)
            {
                waiters[i].Answer(outcomes[i]);
            }
        }
        catch (Exception exception) when (waiters.Count == 1 || exception is DatabaseUnavailableException)
        {
            waiters.ForEach(waiter => waiter.Fail(exception));
        }
        catch
        {
            foreach (var waiter in waiters)
            {
                await RecordAsync([waiter]);
            }
        }
    }

    /// <summary>An event, and whoever waits to learn what became of it.</summary>
    private sealed class Waiter(Event @event, CancellationToken cancellationToken)
    {
        /// <summary>Whoever is answered goes on elsewhere, and not before the others are answered.</summary>
        private readonly TaskCompletionSource<AppendOutcome?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Event Event => @event;

        public int Bytes => @event.Payload.Text.Utf8.Length;

        public bool HasGone => cancellationToken.IsCancellationRequested;

        public Task<AppendOutcome?> Outcome => _outcome.Task;

        public void Answer(AppendOutcome? outcome) => _outcome.SetResult(outcome);

        public void Fail(Exception exception) => _outcome.SetException(exception);
    }
}
