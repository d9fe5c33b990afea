using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>Writes what became of webhooks, many at a time. Disposing it writes the rest.</summary>
internal sealed class AttemptWriter : IAsyncDisposable
{
    private const int MostAtOnce = 500;

    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(20);

    private readonly Channel<Attempt> _attempts = Channel.CreateUnbounded<Attempt>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IDeliveries _deliveries;
    private readonly Action<Attempt> _written;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationToken _ending;
    private readonly Task _writing;

    /// <param name="written">Called for each attempt that was written.</param>
    /// <param name="ending">Cancelled when this process leads no more. A write that fails from then on is not retried.</param>
    public AttemptWriter(IDeliveries deliveries, Action<Attempt> written, TimeProvider clock, ILogger log, CancellationToken ending)
    {
        (_deliveries, _written, _clock, _log, _ending) = (deliveries, written, clock, log, ending);
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
            while (attempts.Count < MostAtOnce && _attempts.Reader.TryRead(out var attempt))
            {
                attempts.Add(attempt);
            }

            await WriteAsync(attempts);
            await Task.Delay(BetweenWrites, _clock, CancellationToken.None);
        }
    }

    /// <summary>Retries while this process leads: what was delivered would be delivered again.</summary>
    private async Task WriteAsync(List<Attempt> attempts)
    {
        for (var isLast = false; !isLast;)
        {
            isLast = _ending.IsCancellationRequested;
            try
            {
                await _deliveries.SaveAsync(attempts, CancellationToken.None);
                attempts.ForEach(_written);
                return;
            }
            catch (DatabaseUnavailableException exception)
            {
                _log.LogWarning(
                    "The outcome of {Count} webhooks is written later, or they are sent again: {Reason}",
                    attempts.Count, exception.Message);
            }

            await Task.Delay(DeliveryLanes.PauseAfterFailure, _clock, _ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
