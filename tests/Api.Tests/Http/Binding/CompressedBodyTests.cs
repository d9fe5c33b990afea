using System.IO.Compression;
using System.Text;

namespace Flownally.Api.Tests.Http.Binding;

/// <summary>Bodies with a Content-Encoding.</summary>
public sealed class CompressedBodyTests
{
    private const string Moment = """{"eventTypeName":"signup.completed"}""";

    [TestCase("gzip")]
    [TestCase("br")]
    public async Task A_packed_body_is_unpacked(string encoding) =>
        Assert.That((await SendAsync(encoding, Pack(encoding, Moment))).Status, Is.EqualTo(201));

    [TestCase("deflate")]
    [TestCase("gzip, br")]
    [TestCase("zip")]
    public async Task Another_encoding_is_refused(string encoding) =>
        (await SendAsync(encoding, Pack("gzip", Moment))).AssertRefused(415, "unsupportedMediaType");

    [TestCase("gzip")]
    [TestCase("br")]
    public async Task The_limit_holds_for_what_is_unpacked(string encoding)
    {
        const int Limit = 1024 * 1024;
        var most = Moment + new string(' ', Limit - Moment.Length);
        Assert.That((await SendAsync(encoding, Pack(encoding, most))).Status, Is.EqualTo(201));
        (await SendAsync(encoding, Pack(encoding, most + ' '))).AssertRefused(413, "requestTooLarge");
        (await SendAsync(encoding, Pack(encoding, new string(' ', 100 * Limit)))).AssertRefused(413, "requestTooLarge");
    }

    [TestCase("gzip", 9)]
    [TestCase("br", 9)]
    [TestCase("gzip", 20)]
    [TestCase("br", 20)]
    public async Task A_batch_that_is_larger_than_it_may_be_is_told_so_and_not_to_come_again(string encoding, int mebibytes)
    {
        var batch = new string(' ', mebibytes * 1024 * 1024);
        (await SendAsync(encoding, Pack(encoding, batch), "/v1/events/batch")).AssertRefused(413, "requestTooLarge");
        Assert.That((await SendAsync(encoding, Pack(encoding, $$"""{"events":[{"contactId":"ctc_1","eventTypeName":"signup.completed"}]}{{batch[..(8 * 1024 * 1024 - 100)]}}"""),
            "/v1/events/batch")).Status, Is.EqualTo(200));
    }

    [TestCase("gzip")]
    [TestCase("br")]
    public async Task What_stands_behind_the_compressed_body_is_refused(string encoding) =>
        (await SendAsync(encoding, [.. Pack(encoding, Moment), .. "trailing"u8])).AssertRefused(400, "malformedJson");

    [TestCase("gzip")]
    [TestCase("br")]
    public async Task A_body_that_is_not_packed_as_it_says_is_refused(string encoding)
    {
        (await SendAsync(encoding, Encoding.UTF8.GetBytes(Moment))).AssertRefused(400, "malformedJson");
        (await SendAsync(encoding, Pack(encoding, Moment)[..16])).AssertRefused(400, "malformedJson");
    }

    private static byte[] Pack(string encoding, string text)
    {
        using var packed = new MemoryStream();
        using (Stream packer = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Optimal) : new BrotliStream(packed, CompressionLevel.Fastest))
        {
            packer.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static async Task<Answer> SendAsync(string encoding, byte[] body, string path = "/v1/contacts/ctc_1/events")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await (await Service.NewWorkspaceAsync()).SendAsync(request);
    }
}
