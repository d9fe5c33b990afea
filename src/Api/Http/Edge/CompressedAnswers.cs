using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Compresses answers for callers who accept it. The framework's own middleware would compress small answers, too: it decides before it
/// has seen a byte. The size of an answer betrays nothing (BREACH): credentials stand in Authorization, which no page of others can make a
/// browser send, and no answer holds a secret but the documentation page of a demo, which is not compressed.
/// </summary>
internal static class CompressedAnswers
{
    private const string Brotli = "br";
    private const string GZip = "gzip";
    private const string GZipOfOld = "x-gzip"; // RFC 9110 §8.4.1.3

    /// <summary>Media types that are compressed. An event stream is none of them: its events would wait in the compressor.</summary>
    private static readonly string[] Types = ["application/json", "application/problem+json", "text/html", "text/javascript", "text/css"];

    public static IApplicationBuilder UseCompressedAnswers(this IApplicationBuilder app) => app.Use(static (context, next) =>
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
            context.Features.Set(plain); // for the answer to an exception
        }
    }

    /// <returns>Null for a caller who accepts none. Of two that are wanted alike the smaller one is taken.</returns>
    private static string? EncodingFor(HttpRequest request)
    {
        var accepted = request.Headers.AcceptEncoding;
        return accepted.Count > 0 && StringWithQualityHeaderValue.TryParseList(accepted, out var wishes)
            && new[] { Brotli, GZip }.MaxBy(Quality) is { } best && Quality(best) > 0 ? best : null;

        double Quality(string encoding) => (wishes.FirstOrDefault(wish => Names(wish, encoding))
            ?? wishes.FirstOrDefault(wish => wish.Value == "*")) is { } wish ? wish.Quality ?? 1 : 0;

        static bool Names(StringWithQualityHeaderValue wish, string encoding) => wish.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase)
            || (encoding == GZip && wish.Value.Equals(GZipOfOld, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Decides at the first bytes. Whoever writes JSON brings 4 KiB at once where there are as many, so that few bytes are all there are.
    /// </summary>
    private sealed class Body(HttpResponse response, IHttpResponseBodyFeature plain, string encoding) : Stream, IHttpResponseBodyFeature
    {
        /// <summary>Of an answer that is not worth the work.</summary>
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

        /// <summary>Asked for by streams, which stay as they are.</summary>
        public void DisableBuffering()
        {
            _target ??= plain.Stream;
            plain.DisableBuffering();
        }

        /// <summary>Waits for the first bytes, because the headers tell of the encoding.</summary>
        public Task StartAsync(CancellationToken cancellationToken = default) => _target is null ? Task.CompletedTask : plain.StartAsync(cancellationToken);

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

        /// <summary>A compressor that is flushed compresses worse. It writes by itself whenever it has enough.</summary>
        public override Task FlushAsync(CancellationToken cancellationToken) =>
            _target is null || IsCompressed ? Task.CompletedTask : _target.FlushAsync(cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Answers are written asynchronously.");

        public override void Flush() => throw new NotSupportedException("Answers are written asynchronously.");

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
