using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.RequestDecompression;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Decompresses bodies and refuses what stands behind the compressed text. The decoders of .NET pass over it, although nobody would
/// send it but by mistake.
/// </summary>
internal static class WholeBody
{
    public sealed class GZip : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream) => new GZipBody(stream);
    }

    public sealed class Brotli : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream) => new BrotliBody(stream);
    }

    private static InvalidDataException GoesOn() => new("Something stands behind the compressed text.");

    /// <summary>Its decoder looks for one more member, and so reads to the end, unless it meets something else.</summary>
    private sealed class GZipBody : ReadOnlyStream
    {
        private readonly Source _source;
        private readonly GZipStream _decoder;

        public GZipBody(Stream source) => _decoder = new GZipStream(_source = new Source(source), CompressionMode.Decompress);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await _decoder.ReadAsync(buffer, cancellationToken);
            return read > 0 || buffer.IsEmpty || _source.IsAtEnd ? read : throw GoesOn();
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

    /// <summary>The stream of .NET does not tell how much it has read, but its decoder does.</summary>
    private sealed class BrotliBody(Stream source) : ReadOnlyStream
    {
        private readonly byte[] _buffer = new byte[16 * 1024];
        private BrotliDecoder _decoder;
        private int _start;
        private int _end;

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
                        return _start == _end && await source.ReadAsync(_buffer, cancellationToken) == 0 ? 0 : throw GoesOn();
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

    private abstract class ReadOnlyStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
