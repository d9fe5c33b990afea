using System.Threading.Channels;

namespace Flownally.Infrastructure.Feed;

/// <summary>Calls to work that is the same however often it is called for: it rings once for all that pulled it since the last time.</summary>
internal sealed class Bell(TimeProvider clock)
{
    private readonly Channel<long> _pulls = Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Pull() => _pulls.Writer.TryWrite(clock.GetTimestamp());

    /// <returns>When it was first pulled for each ring, as a timestamp.</returns>
    public IAsyncEnumerable<long> RingsAsync(CancellationToken cancellationToken) => _pulls.Reader.ReadAllAsync(cancellationToken);
}
