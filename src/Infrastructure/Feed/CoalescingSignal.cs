using System.Threading.Channels;

namespace Flownally.Infrastructure.Feed;

/// <summary>Coalesces signals: any number of calls of <see cref="Set"/> between two receipts produce one.</summary>
internal sealed class CoalescingSignal(TimeProvider clock)
{
    private readonly Channel<long> _signals =
        Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _signals.Writer.TryWrite(clock.GetTimestamp());

    /// <returns>For each receipt, the timestamp of its first <see cref="Set"/>.</returns>
    public IAsyncEnumerable<long> ReceiveAllAsync(CancellationToken cancellationToken) => _signals.Reader.ReadAllAsync(cancellationToken);
}
