using System.IO.Compression;

namespace Flownally.Api.Compression;

/// <summary>
/// Decompresses gzip, one member or several, and refuses other data behind them. The decoder of .NET ends there without an error. After
/// the last member it looks for another one, so it reads its source to the end, unless it finds other data.
/// </summary>
internal sealed class WholeGZipStream : ReadOnlyStream
{
    private readonly Source _source;
    private readonly GZipStream _decoder;

    public WholeGZipStream(Stream source) => _decoder = new GZipStream(_source = new Source(source), CompressionMode.Decompress);

    /// <exception cref="TrailingDataException">Something else stands behind the last member.</exception>
    /// <exception cref="InvalidDataException">The data is damaged, cut off, or no gzip.</exception>
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

/// <summary>Something stands behind a compressed text.</summary>
internal sealed class TrailingDataException() : IOException("Something stands behind the compressed text.");
