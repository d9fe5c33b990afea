using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Flownally.Api.Compression;

namespace Flownally.Api.CommandLine.Input;

/// <summary>
/// The lines of a file, or of standard input with the name <c>-</c>. Its first bytes show whether it is compressed with gzip, regardless of
/// its name. Lines are read one at a time in constant memory.
/// </summary>
internal sealed class InputLines : IAsyncDisposable
{
    public const string StandardInput = "-";

    /// <summary>Longer lines are skipped; an event has at most half of this.</summary>
    public const int MaxLineBytes = 128 * 1024;

    private const int BufferBytes = 64 * 1024;

    private static readonly StreamPipeReaderOptions PipeOptions = new(bufferSize: BufferBytes, leaveOpen: true);

    private readonly string _name;
    private readonly bool _mustBeGzip;

    /// <summary>The file without decompression.</summary>
    private readonly Stream _file;

    private readonly InputSource _source;
    private WholeGZipStream? _gzip;

    private InputLines(string name, Stream file, bool mustBeGzip)
    {
        (_name, _file, _mustBeGzip) = (name, file, mustBeGzip);
        _source = new InputSource(file);
        Length = file.CanSeek ? file.Length : null;
    }

    /// <summary>The length of the file in bytes, possibly compressed; null if it is unknown, as of a pipe.</summary>
    public long? Length { get; }

    /// <summary>The number of these bytes that have been read.</summary>
    public long Position => _file.Position;

    /// <exception cref="WrongUseException">The file does not exist or may not be read.</exception>
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
            var read = await ReadMoreAsync(pipe, bytes: 1, number + 1, cancellationToken);
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

    /// <exception cref="WrongUseException">The input is not UTF-8 text, plain or compressed with gzip.</exception>
    private async Task<PipeReader> OpenTextAsync(CancellationToken cancellationToken)
    {
        var head = await TranslateErrorsAsync(
            _source.PeekAsync(InputFormat.MinBytes, InputFormat.HeadBytes, cancellationToken), line: 1, cancellationToken);
        var format = InputFormat.Find(head.Span);
        var isGzip = format == InputFormat.Gzip;
        if (_mustBeGzip && format is null)
        {
            throw new WrongUseException($"{_name} is not gzip, though its name ends in .gz; rename it if it is plain text.");
        }

        _gzip = isGzip ? new WholeGZipStream(_source) : null;
        var pipe = PipeReader.Create(_gzip ?? (Stream)_source, PipeOptions);
        var text = await ReadMoreAsync(pipe, InputFormat.MinBytes, line: 1, cancellationToken);
        if (InputFormat.Find(text.Buffer.Slice(0, Math.Min(text.Buffer.Length, InputFormat.HeadBytes)).ToArray()) is { } content)
        {
            var within = isGzip ? " within gzip" : "";
            throw new WrongUseException($"{_name} is {content}{within}; only UTF-8 text is taken, plain or compressed by gzip.");
        }

        pipe.AdvanceTo(text.Buffer.Start, text.Buffer.Start);
        return pipe;
    }

    /// <param name="line">The next line.</param>
    private Task<ReadResult> ReadMoreAsync(PipeReader pipe, int bytes, long line, CancellationToken cancellationToken) =>
        TranslateErrorsAsync(pipe.ReadAtLeastAsync(bytes, cancellationToken).AsTask(), line, cancellationToken);

    /// <summary>Converts read errors. A read of standard input cannot be cancelled, so this method stops waiting for it.</summary>
    private async Task<T> TranslateErrorsAsync<T>(Task<T> reading, long line, CancellationToken cancellationToken)
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

    /// <summary>The next line without its line break; the last line may have none.</summary>
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

    /// <summary>Concatenated files may have a byte order mark in each part.</summary>
    private static byte[] Text(ReadOnlySequence<byte> line)
    {
        var text = line.ToArray();
        var start = text.AsSpan().StartsWith("\uFEFF"u8) ? "\uFEFF"u8.Length : 0;
        var end = text.AsSpan().EndsWith("\r"u8) ? text.Length - 1 : text.Length;
        return start == 0 && end == text.Length ? text : text[start..end];
    }
}

/// <summary>A line of a file.</summary>
/// <param name="Number">The line number from 1, including blank lines.</param>
/// <param name="Text">
/// The line without its end and a byte order mark; null where it is longer than <see cref="InputLines.MaxLineBytes"/>.
/// </param>
internal readonly record struct InputLine(long Number, byte[]? Text)
{
    public bool IsBlank => Text is not null && !Text.AsSpan().ContainsAnyExcept(" \t\r"u8);
}
