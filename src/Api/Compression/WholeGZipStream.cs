using System.IO.Compression;

namespace Flownally.Api.Compression;

/// <summary>
/// Decompresses gzip with one or several members, and refuses other data after them, where .NET's decoder ends without an error. After a
/// member the decoder looks for another one, so it reads its source to the end unless other data follows.
/// </summary>
internal sealed class WholeGZipStream : ReadOnlyStream
{
    private readonly Source _source;
    private readonly GZipStream _decoder;

    public WholeGZipStream(Stream source) => _decoder = new GZipStream(_source = new Source(source), CompressionMode.Decompress);

    /// <exception cref="TrailingDataException">Other data follows the last member.</exception>
    /// <exception cref="InvalidDataException">The data is damaged, truncated or not gzip.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _decoder.ReadAsync(buffer, cancellationToken);
        return read > 0 || buffer.IsEmpty || _source.IsAtEnd ? read : throw new TrailingDataException();
    }

    protected override void Dispose(bool disposing)
    {
        _decoder.Dispose();
        base.Dispose(disposing);
    }

    private sealed class Source(Stream source) : ReadOnlyStream
    {
        public bool IsAtEnd { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await source.ReadAsync(buffer, cancellationToken);
            IsAtEnd |= read == 0 && !buffer.IsEmpty;
            return read;
        }
    }
}

/// <summary>Data follows a compressed text.</summary>
internal sealed class TrailingDataException() : IOException("Data follows the compressed text.");
