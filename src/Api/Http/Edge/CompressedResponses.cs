using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Compresses responses for callers that accept it. The framework's middleware decides before the first byte and would also compress small
/// responses. The size of a response reveals no secret (BREACH): credentials are in Authorization, which other sites cannot make a browser
/// send, and the only response with a secret, the documentation page of a demo, is not compressed.
/// </summary>
internal static class CompressedResponses
{
    private const string Brotli = "br";
    private const string GZip = "gzip";
    private const string LegacyGZip = "x-gzip"; // RFC 9110 §8.4.1.3

    /// <summary>Media types to compress. Event streams are not compressed, because their events would wait in the compressor.</summary>
    private static readonly string[] Types = ["application/json", "application/problem+json", "text/html", "text/javascript", "text/css"];

    public static IApplicationBuilder UseCompressedResponses(this IApplicationBuilder app) => app.Use(static (context, next) =>
        EncodingFor(context.Request) is { } encoding ? CompressAsync(context, next, encoding) : next(context));

    private static async Task CompressAsync(HttpContext context, RequestDelegate next, string encoding)
    {
        var plain = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var body = new Body(context.Response, plain, encoding);
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context);
            await body.FinishAsync();
        }
        finally
        {
            context.Features.Set(plain); // for the response to an exception
        }
    }

    /// <returns>Null if the caller accepts no compression. If the caller prefers none, Brotli is used, because it is smaller.</returns>
    private static string? EncodingFor(HttpRequest request)
    {
        var accepted = request.Headers.AcceptEncoding;
        return accepted.Count > 0 && StringWithQualityHeaderValue.TryParseList(accepted, out var preferences)
            && new[] { Brotli, GZip }.MaxBy(Quality) is { } best && Quality(best) > 0 ? best : null;

        double Quality(string encoding) => (preferences.FirstOrDefault(preference => Names(preference, encoding))
            ?? preferences.FirstOrDefault(preference => preference.Value == "*")) is { } preference ? preference.Quality ?? 1 : 0;

        static bool Names(StringWithQualityHeaderValue preference, string encoding) =>
            preference.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase)
            || (encoding == GZip && preference.Value.Equals(LegacyGZip, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Decides when the first bytes are written. JSON writers flush at 4 KiB, so a small first write is the whole response.
    /// </summary>
    private sealed class Body(HttpResponse response, IHttpResponseBodyFeature plain, string encoding) : Stream, IHttpResponseBodyFeature
    {
        /// <summary>A response up to this size is not compressed.</summary>
        private const int SmallBytes = 1024;

        private Stream? _target;
        private PipeWriter? _writer;

        Stream IHttpResponseBodyFeature.Stream => this;

        public PipeWriter Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        private bool IsCompressed => _target is not null && _target != plain.Stream;

        /// <summary>Called for streams, which are not compressed.</summary>
        public void DisableBuffering()
        {
            _target ??= plain.Stream;
            plain.DisableBuffering();
        }

        /// <summary>Waits for the first bytes, because the headers contain the encoding.</summary>
        public Task StartAsync(CancellationToken cancellationToken = default) =>
            _target is null ? Task.CompletedTask : plain.StartAsync(cancellationToken);

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
        {
            _target ??= plain.Stream;
            return plain.SendFileAsync(path, offset, count, cancellationToken);
        }

        public async Task CompleteAsync()
        {
            await FinishAsync();
            await plain.CompleteAsync();
        }

        public async Task FinishAsync()
        {
            if (_writer is not null)
            {
                await _writer.CompleteAsync();
            }

            if (IsCompressed)
            {
                await _target!.DisposeAsync();
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _target ??= Choose(buffer.Length);
            return _target.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        /// <summary>Flushing worsens the compression. The compressor writes by itself when it has enough.</summary>
        public override Task FlushAsync(CancellationToken cancellationToken) =>
            _target is null || IsCompressed ? Task.CompletedTask : _target.FlushAsync(cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("Responses are written asynchronously.");

        public override void Flush() => throw new NotSupportedException("Responses are written asynchronously.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private Stream Choose(int first)
        {
            if (first < SmallBytes || response.HasStarted || response.Headers.ContentEncoding.Count > 0
                || !MediaTypeHeaderValue.TryParse(response.ContentType, out var type) || !Types.Contains(type.MediaType.Value))
            {
                return plain.Stream;
            }

            response.Headers.ContentEncoding = encoding;
            response.Headers.AppendCommaSeparatedValues(HeaderNames.Vary, HeaderNames.AcceptEncoding);
            response.ContentLength = null;
            return encoding == Brotli
                ? new BrotliStream(plain.Stream, CompressionLevel.Fastest, leaveOpen: true)
                : new GZipStream(plain.Stream, CompressionLevel.Fastest, leaveOpen: true);
        }
    }
}
