using Flownally.Api.Compression;

namespace Flownally.Api.CommandLine.Input;

/// <summary>A stream whose first bytes can be looked at before they are read.</summary>
internal sealed class InputSource(Stream source) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _ahead;

    /// <summary>The first bytes, fewer where there are no more. They will still be read.</summary>
    /// <param name="least">It waits for no more than these.</param>
    public async Task<ReadOnlyMemory<byte>> LookAsync(int least, int most, CancellationToken cancellationToken)
    {
        var head = new byte[most];
        var length = await source.ReadAtLeastAsync(head, least, throwOnEndOfStream: false, cancellationToken);
        return _ahead = head.AsMemory(0, length);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ahead.IsEmpty)
        {
            return source.ReadAsync(buffer, cancellationToken);
        }

        var taken = Math.Min(_ahead.Length, buffer.Length);
        _ahead[..taken].CopyTo(buffer);
        _ahead = _ahead[taken..];
        return new(taken);
    }
}
