namespace Flownally.Api.CommandLine.Input;

/// <summary>Detects a file's format by its first bytes.</summary>
internal static class InputFormat
{
    public const string Gzip = "gzip";

    /// <summary>The bytes that identify all formats but tar.</summary>
    public const int MinBytes = 4;

    /// <summary>The number of bytes that <see cref="Find"/> examines.</summary>
    public const int HeadBytes = 262;

    /// <returns>The name of another format; null if the file may be UTF-8 text.</returns>
    public static string? Find(ReadOnlySpan<byte> head) => head switch
    {
        [0x1F, 0x8B, ..] => Gzip, // RFC 1952 §2.3.1
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "zstd", // RFC 8878 §3.1.1
        [0xFD, (byte)'7', (byte)'z', (byte)'X', ..] => "xz",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
        [(byte)'P', (byte)'K', 3, 4, ..] => "ZIP",
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "Parquet",
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
        [0, 0, 0, not 0, ..] or [not 0, 0, 0, 0, ..] => "UTF-32", // without a byte order mark, as JSON begins with ASCII
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "UTF-16",
        [0, not 0, ..] or [not 0, 0, ..] => "UTF-16", // without a byte order mark
        _ when head.Length >= HeadBytes && head[257..HeadBytes].SequenceEqual("ustar"u8) => "tar", // POSIX.1-2017, pax
        _ => null,
    };
}
