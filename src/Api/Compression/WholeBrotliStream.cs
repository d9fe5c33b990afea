using System.Buffers;
using System.IO.Compression;

namespace Flownally.Api.Compression;

/// <summary>
/// Decompresses Brotli and refuses data after it. .NET's stream does not report how much of its source it has used; its decoder does.
/// </summary>
internal sealed class WholeBrotliStream(Stream source) : ReadOnlyStream
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private BrotliDecoder _decoder;
    private int _start;
    private int _end;

    /// <exception cref="TrailingDataException">Data follows the compressed text.</exception>
    /// <exception cref="InvalidDataException">The data is damaged, truncated or not Brotli.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var status = _decoder.Decompress(_buffer.AsSpan(_start, _end - _start), buffer.Span, out var consumed, out var written);
            _start += consumed;
            if (written > 0 || buffer.IsEmpty)
            {
                return written;
            }

            switch (status)
            {
                case OperationStatus.Done:
                    return _start == _end && await source.ReadAsync(_buffer, cancellationToken) == 0
                        ? 0
                        : throw new TrailingDataException();
                case OperationStatus.NeedMoreData:
                    (_start, _end) = (0, await source.ReadAsync(_buffer, cancellationToken));
                    if (_end == 0)
                    {
                        throw new InvalidDataException("The compressed text breaks off.");
                    }

                    break;
                default:
                    throw new InvalidDataException("This is not brotli.");
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        _decoder.Dispose();
        base.Dispose(disposing);
    }
}
