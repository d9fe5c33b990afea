using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Flownally.Api.CommandLine;
using Flownally.Api.CommandLine.Input;

namespace Flownally.Api.Tests.CommandLine;

public sealed class InputLinesTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flownally-lines-");

    [OneTimeTearDown]
    public void CleanUp() => _folder.Delete(recursive: true);

    [TestCase("", new string[0])]
    [TestCase("\n\n", new string[0])]
    [TestCase("a", new[] { "1 a" })]
    [TestCase("a\n", new[] { "1 a" })]
    [TestCase("a\r\n \t\r\nb\r\n", new[] { "1 a", "3 b" })]
    [TestCase("\uFEFFa\n\uFEFFb", new[] { "1 a", "2 b" }, Description = "files that were put together")]
    [TestCase(" a \n", new[] { "1  a " })]
    public async Task Lines_come_without_their_ends_and_blank_ones_only_count(string text, string[] lines) =>
        Assert.That(await ReadAsync(Encoding.UTF8.GetBytes(text)), Is.EqualTo(lines));

    [TestCase(InputLines.MaxLineBytes - 1, false)]
    [TestCase(InputLines.MaxLineBytes, false)]
    [TestCase(InputLines.MaxLineBytes + 1, true)]
    [TestCase(InputLines.MaxLineBytes * 3, true)]
    public async Task A_line_that_is_too_long_is_passed_over(int length, bool tooLong)
    {
        var line = new string('x', length);
        var read = tooLong ? "…" : line;
        Assert.That(await ReadAsync(Encoding.UTF8.GetBytes($"a\n{line}\nb\n{line}")), Is.EqualTo(["1 a", $"2 {read}", "3 b", $"4 {read}"]));
    }

    [TestCase(".gz")]
    [TestCase(".ndjson", Description = "under another name")]
    public async Task A_file_compressed_by_gzip_is_decompressed(string extension)
    {
        var lines = await ReadAsync(Compress(string.Join('\n', Enumerable.Range(1, 100_000))), extension);
        Assert.That((lines.Count, lines[^1]), Is.EqualTo((100_000, "100000 100000")));
    }

    [Test]
    public async Task Compressed_files_can_be_put_together() =>
        Assert.That(await ReadAsync([.. Compress("a\nb"), .. Compress("c\n"), .. Compress(""), .. Compress("d")]),
            Is.EqualTo(["1 a", "2 bc", "3 d"]));

    /// <summary>The decoder reads 8 KiB at a time, and what follows may begin anywhere in what it has read.</summary>
    [TestCase(1)]
    [TestCase(8_190)]
    [TestCase(8_191)]
    [TestCase(8_192)]
    [TestCase(8_193)]
    [TestCase(16_384)]
    public void What_follows_the_compressed_data_is_not_dropped(int compressedBytes)
    {
        var compressed = CompressTo(compressedBytes);
        foreach (var rest in new[] { "{\"a\":1}\n"u8.ToArray(), "x"u8.ToArray(), new byte[512], new byte[20_000] })
        {
            Assert.That(() => ReadAsync([.. compressed, .. rest]), Throws.TypeOf<WrongUseException>()
                .With.Message.EndsWith("cannot be read from line 2 on: it goes on with something that is not gzip."));
        }

        Assert.That(() => ReadAsync(compressed), Throws.Nothing);
    }

    [TestCase(1)]
    [TestCase(8)]
    public void A_compressed_file_that_is_cut_off_is_told_with_its_line(int missing)
    {
        var compressed = Compress("a\nb\nc");
        Assert.That(() => ReadAsync(compressed[..^missing]), Throws.TypeOf<WrongUseException>()
            .With.Message.EndsWith("cannot be read from line 3 on: its gzip data is damaged or cut off."));
    }

    [Test]
    public async Task Compressed_files_that_are_put_together_may_each_have_a_byte_order_mark() =>
        Assert.That(await ReadAsync([.. Compress("\uFEFFa\n"), .. Compress("\uFEFFb\n")]), Is.EqualTo(["1 a", "2 b"]));

    [TestCase("utf-32", "UTF-32")]
    [TestCase("utf-32BE", "UTF-32")]
    [TestCase("utf-16", "UTF-16")]
    [TestCase("utf-16BE", "UTF-16")]
    public void Text_that_is_not_UTF_8_is_told_by_its_name(string encoding, string name)
    {
        var text = Encoding.GetEncoding(encoding).GetBytes("{}\n");
        var marked = Encoding.GetEncoding(encoding).GetPreamble().Concat(text).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => ReadAsync(text), Throws.TypeOf<WrongUseException>().With.Message.Contains($" is {name};"));
            Assert.That(() => ReadAsync(marked), Throws.TypeOf<WrongUseException>().With.Message.Contains($" is {name};"));
            Assert.That(() => ReadAsync(Compress(marked)), Throws.TypeOf<WrongUseException>().With.Message.Contains($" is {name} within gzip;"));
        }
    }

    [TestCase(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x24 }, "zstd")]
    [TestCase(new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0 }, "xz")]
    [TestCase(new byte[] { 0x42, 0x5A, 0x68, 0x39 }, "bzip2")]
    [TestCase(new byte[] { 0x50, 0x4B, 3, 4, 20 }, "ZIP")]
    [TestCase(new byte[] { 0x50, 0x41, 0x52, 0x31 }, "Parquet")]
    public void Another_format_is_told_by_its_name(byte[] content, string name) =>
        Assert.That(() => ReadAsync(content), Throws.TypeOf<WrongUseException>().With.Message.Contains($" is {name};"));

    [Test]
    public void A_file_that_is_compressed_twice_is_told() =>
        Assert.That(() => ReadAsync(Compress(Compress("{}"))),
            Throws.TypeOf<WrongUseException>().With.Message.Contains(" is gzip within gzip;"));

    [TestCase("{}\n")]
    [TestCase("")]
    public void A_file_named_gz_that_is_not_gzip_is_told(string text) =>
        Assert.That(() => ReadAsync(Encoding.UTF8.GetBytes(text), ".gz"),
            Throws.TypeOf<WrongUseException>().With.Message.Contains("is not gzip"));

    [Test]
    public void A_file_named_gz_is_told_by_what_it_is() =>
        Assert.That(() => ReadAsync(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{}\n")).ToArray(), ".gz"),
            Throws.TypeOf<WrongUseException>().With.Message.Contains(" is UTF-16;"));

    [Test]
    public void An_archive_is_told_also_within_gzip()
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "events.ndjson") { DataStream = new MemoryStream("{}\n"u8.ToArray()) });
        }

        Assert.That(() => ReadAsync(archive.ToArray()), Throws.TypeOf<WrongUseException>().With.Message.Contains(" is tar;"));
        Assert.That(() => ReadAsync(Compress(archive.ToArray())), Throws.TypeOf<WrongUseException>().With.Message.Contains(" is tar within gzip;"));
    }

    [Test]
    public void What_is_no_file_is_told()
    {
        Assert.That(() => InputLines.Open(_folder.FullName),
            Throws.TypeOf<WrongUseException>().With.Message.EndsWith("is a folder, not a file."));
        Assert.That(() => InputLines.Open(Path.Combine(_folder.FullName, "no", "file")),
            Throws.TypeOf<WrongUseException>().With.Message.EndsWith("does not exist."));
    }

    private static byte[] Compress(string text) => Compress(Encoding.UTF8.GetBytes(text));

    private static byte[] Compress(byte[] content, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, level))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    /// <summary>One line, compressed to so many bytes, or as few as that takes.</summary>
    private static byte[] CompressTo(int bytes)
    {
        for (var length = Math.Max(InputFormat.HeadBytes, bytes - 64); ; length++)
        {
            var compressed = Compress(Encoding.ASCII.GetBytes(new string('x', length) + "\n"), CompressionLevel.NoCompression);
            if (compressed.Length >= bytes)
            {
                return compressed;
            }
        }
    }

    private async Task<List<string>> ReadAsync(byte[] content, string extension = ".ndjson")
    {
        var path = Path.Combine(_folder.FullName, Path.GetRandomFileName() + extension);
        await File.WriteAllBytesAsync(path, content);
        await using var input = InputLines.Open(path);
        List<string> lines = [];
        await foreach (var line in input.ReadAsync(CancellationToken.None))
        {
            lines.Add($"{line.Number} {(line.Text is null ? "…" : Encoding.UTF8.GetString(line.Text))}");
        }

        Assert.That(input.Position, Is.EqualTo(input.Length));
        return lines;
    }
}
