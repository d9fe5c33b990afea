namespace Flownally.Api.CommandLine.Input;

/// <summary>A stream whose first bytes can be looked at before they are read, and that tells whether it was read to its end.</summary>
internal sealed class InputSource(Stream source) : Stream
{
    private ReadOnlyMemory<byte> _ahead;

    /// <summary>True once a read has found nothing more. A decoder that ends without such a read has left something over.</summary>
    public bool IsAtEnd { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first bytes, fewer where there are no more. They will still be read.</summary>
    public async Task<ReadOnlyMemory<byte>> LookAsync(int bytes, CancellationToken cancellationToken)
    {
        var head = new byte[bytes];
        var length = await source.ReadAtLeastAsync(head, bytes, throwOnEndOfStream: false, cancellationToken);
        return _ahead = head.AsMemory(0, length);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_ahead.IsEmpty)
        {
            var taken = Math.Min(_ahead.Length, buffer.Length);
            _ahead[..taken].CopyTo(buffer);
            _ahead = _ahead[taken..];
            return taken;
        }

        var read = await source.ReadAsync(buffer, cancellationToken);
        IsAtEnd |= read == 0 && buffer.Length > 0;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
