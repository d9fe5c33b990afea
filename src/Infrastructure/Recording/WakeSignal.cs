using System.Threading.Channels;

namespace Flownally.Infrastructure.Recording;

/// <summary>Wakes one waiting loop. Several signals before a wait count as one.</summary>
internal sealed class WakeSignal(TimeProvider clock)
{
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1));

    public void Set() => _signals.Writer.TryWrite(true);

    /// <summary>Waits for a signal or the timeout; null waits without one.</summary>
    public async Task WaitAsync(TimeSpan? timeout)
    {
        if (timeout is null)
        {
            await _signals.Reader.ReadAsync();
            return;
        }

        using var expiry = new CancellationTokenSource(timeout.Value, clock);
        try
        {
            await _signals.Reader.ReadAsync(expiry.Token);
        }
        catch (OperationCanceledException)
        {
            // The timeout is a reason to wake, not an error.
        }
    }
}
