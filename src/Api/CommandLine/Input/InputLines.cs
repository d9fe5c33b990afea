using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Flownally.Api.Compression;

namespace Flownally.Api.CommandLine.Input;

/// <summary>
/// The lines of a file, or of standard input, which is called <c>-</c>. Its first bytes tell whether it is compressed by gzip, whatever its
/// name. Lines are read as they are asked for, so memory stays the same whatever the length.
/// </summary>
internal sealed class InputLines : IAsyncDisposable
{
    public const string StandardInput = "-";

    /// <summary>Longer lines are passed over; an event is at most half as long.</summary>
    public const int MaxLineBytes = 128 * 1024;

    private const int BufferBytes = 64 * 1024;

    private static readonly StreamPipeReaderOptions PipeOptions = new(bufferSize: BufferBytes, leaveOpen: true);

    private readonly string _name;
    private readonly bool _mustBeGzip;

    /// <summary>As it lies on the disk.</summary>
    private readonly Stream _file;

    private readonly InputSource _source;
    private WholeGZipStream? _gzip;

    private InputLines(string name, Stream file, bool mustBeGzip)
    {
        (_name, _file, _mustBeGzip) = (name, file, mustBeGzip);
        _source = new InputSource(file);
        Length = file.CanSeek ? file.Length : null;
    }

    /// <summary>The bytes of the file, compressed if it is; null where nobody knows, as of a pipe.</summary>
    public long? Length { get; }

    /// <summary>How many of them have been read.</summary>
    public long Position => _file.Position;

    /// <exception cref="WrongUseException">There is no such file, or it may not be read.</exception>
    public static InputLines Open(string path) => path == StandardInput
        ? new("Standard input", Console.OpenStandardInput(), mustBeGzip: false)
        : new(path, InputFile.Open(path), mustBeGzip: path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads every line that is not blank, once.</summary>
    /// <exception cref="WrongUseException">The input is not text, or reading it fails.</exception>
    public async IAsyncEnumerable<InputLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = await OpenTextAsync(cancellationToken);
        var number = 0L;
        var tooLong = false;
        bool ended;
        do
        {
            var read = await ReadOnAsync(pipe, bytes: 1, number + 1, cancellationToken);
            ended = read.IsCompleted;
            var rest = read.Buffer;
            while (TakeLine(ref rest, ended) is { } taken)
            {
                var line = new InputLine(++number, tooLong || taken.Length > MaxLineBytes ? null : Text(taken));
                tooLong = false;
                if (!line.IsBlank)
                {
                    yield return line;
                }
            }

            if (rest.Length > MaxLineBytes)
            {
                tooLong = true;
                rest = rest.Slice(rest.End);
            }

            pipe.AdvanceTo(rest.Start, rest.End);
        }
        while (!ended);

        if (tooLong)
        {
            yield return new InputLine(number + 1, null);
        }

        await pipe.CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_gzip is not null)
        {
            await _gzip.DisposeAsync();
        }

        await _source.DisposeAsync();
        await _file.DisposeAsync();
    }

    /// <exception cref="WrongUseException">The input is not UTF-8 text, plain or compressed by gzip.</exception>
    private async Task<PipeReader> OpenTextAsync(CancellationToken cancellationToken)
    {
        var head = await Guarded(_source.LookAsync(InputFormat.LeastBytes, InputFormat.HeadBytes, cancellationToken), line: 1, cancellationToken);
        var format = InputFormat.Find(head.Span);
        var isGzip = format == InputFormat.Gzip;
        if (_mustBeGzip && format is null)
        {
            throw new WrongUseException($"{_name} is not gzip, though its name ends in .gz; rename it if it is plain text.");
        }

        _gzip = isGzip ? new WholeGZipStream(_source) : null;
        var pipe = PipeReader.Create(_gzip ?? (Stream)_source, PipeOptions);
        var text = await ReadOnAsync(pipe, InputFormat.LeastBytes, line: 1, cancellationToken);
        if (InputFormat.Find(text.Buffer.Slice(0, Math.Min(text.Buffer.Length, InputFormat.HeadBytes)).ToArray()) is { } content)
        {
            var within = isGzip ? " within gzip" : "";
            throw new WrongUseException($"{_name} is {content}{within}; only UTF-8 text is taken, plain or compressed by gzip.");
        }

        pipe.AdvanceTo(text.Buffer.Start, text.Buffer.Start);
        return pipe;
    }

    /// <param name="line">The one that is read next.</param>
    private Task<ReadResult> ReadOnAsync(PipeReader pipe, int bytes, long line, CancellationToken cancellationToken) =>
        Guarded(pipe.ReadAtLeastAsync(bytes, cancellationToken).AsTask(), line, cancellationToken);

    /// <summary>A read of standard input cannot be cancelled, only left waiting.</summary>
    private async Task<T> Guarded<T>(Task<T> reading, long line, CancellationToken cancellationToken)
    {
        try
        {
            return await reading.WaitAsync(cancellationToken);
        }
        catch (TrailingDataException)
        {
            throw Unreadable(line, "it goes on with something that is not gzip");
        }
        catch (InvalidDataException)
        {
            throw Unreadable(line, "its gzip data is damaged or cut off");
        }
        catch (IOException exception)
        {
            throw Unreadable(line, exception.Message.TrimEnd('.'));
        }
    }

    private WrongUseException Unreadable(long line, string reason) => new($"{_name} cannot be read from line {line} on: {reason}.");

    /// <summary>The next line, without its end; the last one may have none.</summary>
    private static ReadOnlySequence<byte>? TakeLine(ref ReadOnlySequence<byte> rest, bool ended)
    {
        ReadOnlySequence<byte> line;
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return line;
        }

        if (!ended || rest.IsEmpty)
        {
            return null;
        }

        line = rest;
        rest = rest.Slice(rest.End);
        return line;
    }

    /// <summary>Files that were put together have a byte order mark each, which no event or contact begins with.</summary>
    private static byte[] Text(ReadOnlySequence<byte> line)
    {
        var text = line.ToArray();
        var start = text.AsSpan().StartsWith("\uFEFF"u8) ? "\uFEFF"u8.Length : 0;
        var end = text.AsSpan().EndsWith("\r"u8) ? text.Length - 1 : text.Length;
        return start == 0 && end == text.Length ? text : text[start..end];
    }
}

/// <summary>A line of a file.</summary>
/// <param name="Number">Counted from 1, blank lines too.</param>
/// <param name="Text">
/// The line without its end and a byte order mark; null where it is longer than <see cref="InputLines.MaxLineBytes"/>.
/// </param>
internal readonly record struct InputLine(long Number, byte[]? Text)
{
    public bool IsBlank => Text is not null && !Text.AsSpan().ContainsAnyExcept(" \t\r"u8);
}
