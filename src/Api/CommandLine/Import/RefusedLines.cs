using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Flownally.Api.CommandLine.Input;

namespace Flownally.Api.CommandLine.Import;

/// <summary>
/// A file of refused lines, one JSON object for each: <c>line</c> is the number; <c>problem</c> is the service's response, or <c>reason</c>
/// the reason if the line was not sent; <c>event</c> is the unchanged line, as a string if it is not a JSON object, and absent if it is too
/// long. The file is created or replaced with the first refused line.
/// </summary>
internal sealed class RefusedLines(string path) : IDisposable
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private FileStream? _file;

    public string Path { get; } = path;

    /// <summary>
    /// The first refused line and the reason, such as <c>line 3: The line is not a JSON object.</c>; null if there is none.
    /// </summary>
    public string? First { get; private set; }

    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write the file.</exception>
    public void Add(EventLine line, JsonElement problem) => Add(line.Number, ReasonIn(problem), writer =>
    {
        writer.WritePropertyName("problem");
        problem.WriteTo(writer);
        writer.WritePropertyName("event");
        writer.WriteRawValue(line.Text.AsSpan().Trim(" \t\r"u8), skipInputValidation: true);
    });

    /// <inheritdoc cref="Add(EventLine, JsonElement)"/>
    public void Add(InputLine line, string reason) => Add(line.Number, reason, writer =>
    {
        writer.WriteString("reason", reason);
        if (line.Text is { } text)
        {
            writer.WriteString("event", Encoding.UTF8.GetString(text));
        }
    });

    public void Dispose() => _file?.Dispose();

    private static string ReasonIn(JsonElement problem) =>
        problem.TryGetProperty("detail", out var detail) && problem.TryGetProperty("code", out var code)
            ? $"{code}, {detail}"
            : problem.GetRawText();

    private void Add(long number, string reason, Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteNumber("line", number);
            write(writer);
            writer.WriteEndObject();
        }

        text.Write("\n"u8);
        lock (_gate)
        {
            _file ??= new FileStream(Path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0); // writes at once
            _file.Write(text.WrittenSpan);
            First ??= $"line {number}: {reason}";
        }
    }
}
