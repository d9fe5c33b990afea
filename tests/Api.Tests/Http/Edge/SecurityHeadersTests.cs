using System.Net.Http.Headers;

namespace Flownally.Api.Tests.Http.Edge;

public sealed class SecurityHeadersTests
{
    private static readonly HttpClient Http = new(new HttpClientHandler { AllowAutoRedirect = false });

    [TestCase("/v1/events", true)]
    [TestCase("/v1/events/feed", true)]
    [TestCase("/v1/event-types", true)]
    [TestCase("/v1/events/evt_nothing", true)]
    [TestCase("/v1/events?x=1", true)]
    [TestCase("/v1/nothing", true)]
    [TestCase("/v1/events", false)]
    [TestCase("/health/live", false)]
    [TestCase("/nothing", false)]
    public async Task An_answer_is_kept_embedded_and_guessed_by_nobody(string path, bool authenticated)
    {
        using var answer = await GetAsync(path, authenticated ? (await Service.NewWorkspaceAsync()).Key : null);
        using (Assert.EnterMultipleScope())
        {
            AssertHeaders(answer, "default-src 'none'; frame-ancestors 'none'");
            Assert.That(answer.Headers.CacheControl?.NoStore, Is.True);
        }
    }

    [Test]
    public async Task A_recorded_event_and_a_stream_too()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var recorded = await workspace.RecordAsync("ctc_1", """{"eventTypeName":"signup.completed"}""");
        using var stream = await workspace.OpenAsync(Feed.EventStream.Request());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(recorded.Headers.CacheControl?.NoStore, Is.True);
            Assert.That(recorded.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(["nosniff"]));
            AssertHeaders(stream, "default-src 'none'; frame-ancestors 'none'");
            Assert.That(stream.Headers.CacheControl?.NoStore, Is.True);
        }
    }

    /// <summary>What was thrown clears the headers that were set before.</summary>
    [Test]
    public async Task What_was_thrown_too()
    {
        using var content = new StringContent(new string('x', 2 * 1024 * 1024), new MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Service.Url, "/v1/contacts/ctc_1/events")) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await Service.NewWorkspaceAsync()).Key);
        request.Headers.ExpectContinue = true;
        using var answer = await Http.SendAsync(request);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(413));
            AssertHeaders(answer, "default-src 'none'; frame-ancestors 'none'");
            Assert.That(answer.Headers.CacheControl?.NoStore, Is.True);
        }
    }

    [TestCase("/problems/internal")]
    [TestCase("/docs/index.html")]
    [TestCase("/docs/docs.js")]
    [TestCase("/docs/swagger-ui-bundle.js")]
    [TestCase("/docs")]
    [TestCase("/openapi/v1.json")]
    public async Task Pages_cannot_be_framed_or_embedded_either(string path)
    {
        using var answer = await GetAsync(path, null);
        AssertHeaders(answer, "frame-ancestors 'none'");
    }

    private static void AssertHeaders(HttpResponseMessage answer, string policy)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(["nosniff"]));
            Assert.That(answer.Headers.GetValues("Referrer-Policy"), Is.EqualTo(["no-referrer"]));
            Assert.That(answer.Headers.GetValues("Cross-Origin-Resource-Policy"), Is.EqualTo(["same-origin"]));
            Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.EndWith(policy));
        }
    }

    private static Task<HttpResponseMessage> GetAsync(string path, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Service.Url, path));
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return Http.SendAsync(request);
    }
}
