using System.IO.Compression;
using System.Text;
using Flownally.Api.CommandLine;

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
    [TestCase("\uFEFFa\n\uFEFFb", new[] { "1 a", "2 \uFEFFb" })]
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

    [Test]
    public async Task A_packed_file_is_unpacked()
    {
        var packed = Pack(string.Join('\n', Enumerable.Range(1, 100_000)));
        var lines = await ReadAsync(packed, ".gz");
        Assert.That((lines.Count, lines[^1]), Is.EqualTo((100_000, "100000 100000")));
    }

    private static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
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
