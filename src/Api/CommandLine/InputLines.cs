using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Flownally.Api.CommandLine;

/// <summary>
/// The lines of a file, of a packed one (<c>.gz</c>), or of standard input, which is called <c>-</c>. They are read as they are
/// asked for, so memory stays the same whatever the length.
/// </summary>
internal sealed class InputLines : IAsyncDisposable
{
    public const string StandardInput = "-";

    /// <summary>Longer lines are passed over; an event is at most half as long.</summary>
    public const int MaxLineBytes = 128 * 1024;

    private const int BufferBytes = 64 * 1024;

    /// <summary>As it lies on the disk.</summary>
    private readonly Stream _source;

    /// <summary>Unpacked.</summary>
    private readonly Stream _text;

    private InputLines(Stream source, bool packed)
    {
        _source = source;
        _text = packed ? new GZipStream(source, CompressionMode.Decompress) : source;
        Length = source.CanSeek ? source.Length : null;
    }

    /// <summary>The bytes of the file, packed if it is; null where nobody knows, as of a pipe.</summary>
    public long? Length { get; }

    /// <summary>How many of them have been read.</summary>
    public long Position => _source.Position;

    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static InputLines Open(string path) => path == StandardInput
        ? new(Console.OpenStandardInput(), packed: false)
        : new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0), // the pipe has the buffer
            packed: path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads every line that is not blank, once.</summary>
    /// <exception cref="IOException">The file cannot be read further.</exception>
    /// <exception cref="InvalidDataException">The packed file is damaged or cut off.</exception>
    public async IAsyncEnumerable<InputLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(_text, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        var number = 0L;
        var tooLong = false;
        bool ended;
        do
        {
            // A read of standard input cannot be cancelled, only left waiting.
            var read = await pipe.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
            ended = read.IsCompleted;
            var rest = read.Buffer;
            while (TakeLine(ref rest, ended) is { } taken)
            {
                var line = new InputLine(++number, tooLong || taken.Length > MaxLineBytes ? null : Text(taken, number == 1));
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
        await _text.DisposeAsync();
        await _source.DisposeAsync();
    }

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

    private static byte[] Text(ReadOnlySequence<byte> line, bool first)
    {
        var text = line.ToArray();
        var start = first && text.AsSpan().StartsWith("\uFEFF"u8) ? "\uFEFF"u8.Length : 0; // a byte order mark
        var end = text.AsSpan().EndsWith("\r"u8) ? text.Length - 1 : text.Length;
        return start == 0 && end == text.Length ? text : text[start..end];
    }
}

/// <summary>A line of a file.</summary>
/// <param name="Number">Counted from 1, blank lines too.</param>
/// <param name="Text">What stands on it, without its end; null where that is more than <see cref="InputLines.MaxLineBytes"/>.</param>
internal readonly record struct InputLine(long Number, byte[]? Text)
{
    public bool IsBlank => Text is not null && !Text.AsSpan().ContainsAnyExcept(" \t\r"u8);
}
