using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;

namespace Flownally.Api.Tests.Http.Edge;

public sealed class CompressedResponsesTests
{
    private static readonly HttpClient Http = new();

    [TestCase("gzip", "gzip")]
    [TestCase("x-gzip", "gzip")]
    [TestCase("br", "br")]
    [TestCase("gzip, deflate, br", "br")]
    [TestCase("gzip;q=1.0, br;q=0.5", "gzip")]
    [TestCase("*", "br")]
    [TestCase("br;q=0, *", "gzip")]
    [TestCase("deflate", null)]
    [TestCase("gzip;q=0", null)]
    [TestCase("identity", null)]
    public async Task A_list_is_packed_as_its_caller_accepts_it(string accepted, string? encoding)
    {
        var workspace = await Service.NewWorkspaceAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => workspace.RecordedAsync("ctc_1", $$""","payload":{"n":"{{new string('x', 1000)}}{{i}}"}""")));
        var plain = (await workspace.GetAsync("/v1/events?pageSize=200")).Text;
        using var answer = await SendAsync(workspace, HttpMethod.Get, "/v1/events?pageSize=200", accepted);
        Assert.That((answer.Content.Headers.ContentEncoding.SingleOrDefault(), answer.Headers.Vary.SingleOrDefault()), Is.EqualTo((encoding, encoding is null ? null : "Accept-Encoding")));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.That(Unpack(bytes, encoding), Is.EqualTo(plain));
        Assert.That(bytes, Has.Length.LessThan(encoding is null ? int.MaxValue : plain.Length / 4));
    }

    [TestCase("/v1/events")]
    [TestCase("/v1/events?nothing=1")]
    [TestCase("/health/live")]
    [TestCase("/docs/index.html")]
    public async Task What_is_small_or_a_page_is_sent_as_it_is(string path)
    {
        using var answer = await SendAsync(await Service.NewWorkspaceAsync(), HttpMethod.Get, path, "br");
        Assert.That(answer.Content.Headers.ContentEncoding, Is.Empty);
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.Not.Empty);
    }

    [TestCase("/openapi/v1.json")]
    [TestCase("/problems")]
    [TestCase("/docs/swagger-ui-bundle.js")]
    public async Task What_the_documentation_consists_of_is_packed(string path)
    {
        using var answer = await SendAsync(await Service.NewWorkspaceAsync(), HttpMethod.Get, path, "br");
        using var plain = await SendAsync(await Service.NewWorkspaceAsync(), HttpMethod.Get, path, "identity");
        Assert.That(answer.Content.Headers.ContentEncoding, Is.EqualTo(["br"]));
        Assert.That(Unpack(await answer.Content.ReadAsByteArrayAsync(), "br"), Is.EqualTo(await plain.Content.ReadAsStringAsync()));
    }

    [Test]
    public async Task A_large_refusal_is_packed()
    {
        var members = string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"member{i}\":1"));
        using var content = new StringContent($$"""{{{members}}}""", Encoding.UTF8, "application/json");
        using var answer = await SendAsync(await Service.NewWorkspaceAsync(), HttpMethod.Post, "/v1/event-types", "gzip", content);
        Assert.That(((int)answer.StatusCode, answer.Content.Headers.ContentEncoding.SingleOrDefault()), Is.EqualTo((422, "gzip")));
        Assert.That(Unpack(await answer.Content.ReadAsByteArrayAsync(), "gzip"), Does.StartWith("{\"type\":\"/problems/unknownField\"").And.EndsWith("}"));
    }

    [Test]
    public async Task A_stream_is_never_packed_and_comes_at_once()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1", $$""","payload":{"n":"{{new string('x', 10_000)}}"}""");
        using var answer = await SendAsync(workspace, HttpMethod.Get, "/v1/events/feed", "br", accept: "text/event-stream");
        Assert.That(answer.Content.Headers.ContentEncoding, Is.Empty);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.That(await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)), Does.StartWith("id: "));
    }

    [Test]
    public async Task HEAD_tells_what_GET_would_send()
    {
        using var answer = await SendAsync(await Service.NewWorkspaceAsync(), HttpMethod.Head, "/v1/event-types", "br");
        Assert.That(((int)answer.StatusCode, answer.Content.Headers.ContentEncoding.SingleOrDefault()), Is.EqualTo((200, "br")));
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    private static async Task<HttpResponseMessage> SendAsync(Workspace workspace, HttpMethod method, string path, string accepted, HttpContent? content = null,
        string accept = "application/json, */*;q=0.5")
    {
        using var request = new HttpRequestMessage(method, new Uri(Service.Url, path)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", workspace.Key);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static string Unpack(byte[] bytes, string? encoding)
    {
        using var packed = new MemoryStream(bytes);
        using Stream plain = encoding switch { "br" => new BrotliStream(packed, CompressionMode.Decompress), "gzip" => new GZipStream(packed, CompressionMode.Decompress), _ => packed };
        using var reader = new StreamReader(plain, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
