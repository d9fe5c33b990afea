using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>Writes the outcomes of webhooks in batches. Disposing it writes the rest.</summary>
internal sealed class AttemptWriter : IAsyncDisposable
{
    private const int MaxBatch = 500;

    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(20);

    private readonly Channel<Attempt> _attempts = Channel.CreateUnbounded<Attempt>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IDeliveries _deliveries;
    private readonly Action<Attempt> _written;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;
    private readonly Task _writing;

    /// <param name="written">Called for each attempt after it is written.</param>
    /// <param name="stopping">Cancelled when this process stops being the leader. After that, failed writes are not retried.</param>
    public AttemptWriter(IDeliveries deliveries, Action<Attempt> written, TimeProvider clock, ILogger log, CancellationToken stopping)
    {
        (_deliveries, _written, _clock, _log, _stopping) = (deliveries, written, clock, log, stopping);
        _writing = Task.Run(WriteAsync, CancellationToken.None);
    }

    public void Add(Attempt attempt) => _attempts.Writer.TryWrite(attempt);

    public async ValueTask DisposeAsync()
    {
        _attempts.Writer.Complete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        while (await _attempts.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var attempts = new List<Attempt>();
            while (attempts.Count < MaxBatch && _attempts.Reader.TryRead(out var attempt))
            {
                attempts.Add(attempt);
            }

            await WriteAsync(attempts);
            await Task.Delay(BetweenWrites, _clock, CancellationToken.None);
        }
    }

    /// <summary>Retries while this process is the leader. A lost outcome would cause a repeated delivery.</summary>
    private async Task WriteAsync(List<Attempt> attempts)
    {
        for (var isLast = false; !isLast;)
        {
            isLast = _stopping.IsCancellationRequested;
            try
            {
                await _deliveries.SaveAsync(attempts, CancellationToken.None);
                attempts.ForEach(_written);
                return;
            }
            catch (DatabaseUnavailableException exception)
            {
                _log.LogWarning(
                    "The outcomes of {Count} webhooks could not be written. They are retried, or the webhooks are sent again: {Reason}",
                    attempts.Count, exception.Message);
            }

            await Task.Delay(DeliveryLanes.PauseAfterFailure, _clock, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
