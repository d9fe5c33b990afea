using Flownally.Api.Compression;

namespace Flownally.Api.CommandLine.Input;

/// <summary>A stream whose first bytes can be examined before they are read.</summary>
internal sealed class InputSource(Stream source) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _ahead;

    /// <summary>Returns the first bytes, or fewer at the end of the stream. Later reads return them too.</summary>
    /// <param name="min">The method does not wait for more bytes than these.</param>
    public async Task<ReadOnlyMemory<byte>> PeekAsync(int min, int max, CancellationToken cancellationToken)
    {
        var head = new byte[max];
        var length = await source.ReadAtLeastAsync(head, min, throwOnEndOfStream: false, cancellationToken);
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
