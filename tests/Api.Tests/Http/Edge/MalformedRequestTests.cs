namespace Flownally.Api.Tests.Http.Edge;

/// <summary>What a client of HTTP would not send. Where the server reads a request at all, the refusal has the shape of the contract.</summary>
public sealed class MalformedRequestTests
{
    private const string Event = """{"eventTypeName":"signup.completed"}""";

    [TestCase("a b")]
    [TestCase("a/b")]
    [TestCase("a@b")]
    [TestCase("[::1")]
    [TestCase("[zz]")]
    [TestCase("localhost:x")]
    [TestCase("a,b")]
    [TestCase("é")]
    [TestCase("a\u007fb")]
    [TestCase("a\r\nHost: b")]
    public async Task A_malformed_host_is_refused_on_any_path(string host)
    {
        foreach (var path in new[] { "/v1/events", "/openapi/v1.json", "/docs/index.html", "/docs", "/problems/internal", "/health/live" })
        {
            Assert.That((await SendAsync(Get(path, $"Host: {host}\r\n"))).Status, Is.EqualTo(400), path);
        }
    }

    [TestCase("-")]
    [TestCase("..")]
    [TestCase("ex%61mple")]
    [TestCase("localhost:99999999")]
    [TestCase("")]
    public async Task A_host_that_names_nothing_does_no_harm(string host)
    {
        foreach (var path in new[] { "/openapi/v1.json", "/docs/index.html", "/problems/internal", "/health/live" })
        {
            Assert.That((await SendAsync(Get(path, $"Host: {host}\r\n"))).Status, Is.EqualTo(200).Or.EqualTo(400), path);
        }
    }

    [TestCase("http://localhost/v1/events", 401)]
    [TestCase("http://evil.example/v1/events", 400, Description = "another host than Host names")]
    [TestCase("http://[::zz]/v1/events", 400)]
    [TestCase("ftp://localhost/v1/events", 400)]
    [TestCase("*", 405)]
    [TestCase("localhost:80", 405)]
    [TestCase("", 400)]
    public async Task A_target_of_another_form_is_judged_as_HTTP_says(string target, int status) =>
        Assert.That((await SendAsync(Get(target))).Status, Is.EqualTo(status));

    [TestCase("OPTIONS", "*", 405)]
    [TestCase("CONNECT", "localhost:80", 400)]
    [TestCase("FOO", "/v1/events", 405)]
    public async Task A_method_that_nothing_takes_is_refused(string method, string target, int status) =>
        Assert.That((await SendAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).Status, Is.EqualTo(status));

    [Test]
    public async Task HTTP_1_0_needs_no_host() => Assert.That((await SendAsync("GET /v1/events HTTP/1.0\r\n\r\n")).Code, Is.EqualTo("unauthenticated"));

    [TestCase("/problems/%20", 404, "routeNotFound")]
    [TestCase("/problems/%09", 404, "routeNotFound")]
    [TestCase("/problems/%", 404, "routeNotFound")]
    [TestCase("/problems/%zz", 404, "routeNotFound")]
    [TestCase("/problems/%ff", 404, "routeNotFound")]
    [TestCase("/problems/%c0%af", 404, "routeNotFound")]
    [TestCase("/problems/%ED%A0%80", 404, "routeNotFound")]
    [TestCase("/problems/%0d%0a", 404, "routeNotFound")]
    [TestCase("/problems/%F0%9F%98%80", 404, "routeNotFound")]
    [TestCase("/problems/\u0001", 404, "routeNotFound")]
    [TestCase("/docs/%20", 404, "routeNotFound")]
    [TestCase("/docs/..%2findex.html", 404, "routeNotFound")]
    [TestCase("/docs-demo.js", 404, "routeNotFound")]
    [TestCase("//", 404, "routeNotFound")]
    [TestCase("/%2e%2e/%2e%2e", 404, "routeNotFound")]
    [TestCase("/v1/events/%20", 401, "unauthenticated")]
    [TestCase("/v1/contacts/%ff/events", 401, "unauthenticated")]
    [TestCase("/problems/%00", 400, null, Description = "the server reads no request")]
    [TestCase("/é", 400, null)]
    public async Task A_strange_path_is_not_found(string path, int status, string? code)
    {
        var answer = await SendAsync(Get(path));
        Assert.That((answer.Status, answer.Code), Is.EqualTo((status, code)));
    }

    [TestCase("%20", 404, "eventNotFound")]
    [TestCase("%ff", 404, "eventNotFound")]
    [TestCase("%", 404, "eventNotFound")]
    [TestCase("%0d%0a", 404, "eventNotFound")]
    public async Task A_strange_id_names_nothing(string id, int status, string code)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var answer = await SendAsync(Get($"/v1/events/{id}", $"Host: localhost\r\nAuthorization: Bearer {workspace.Key}\r\n"));
        Assert.That((answer.Status, answer.Code), Is.EqualTo((status, code)));
    }

    [Test]
    public async Task A_path_can_be_too_long()
    {
        Assert.That((await SendAsync(Get("/problems/" + new string('a', 7000)))).Code, Is.EqualTo("routeNotFound"));
        Assert.That((await SendAsync(Get("/problems/" + new string('a', 9000)))).Status, Is.EqualTo(414));
    }

    [TestCase("zz\r\n{}\r\n0\r\n\r\n")]
    [TestCase("-1\r\n{}\r\n0\r\n\r\n")]
    [TestCase("ffffffffffffffff\r\n{}", Description = "more than a number holds")]
    [TestCase("2\r\n{}XX0\r\n\r\n")]
    [TestCase("2\r\n{}\r\n0\r\nno trailer\r\n\r\n")]
    [TestCase("\r\n{}")]
    public async Task Broken_chunks_are_a_broken_body(string body)
    {
        var answer = await PostAsync("Transfer-Encoding: chunked\r\n", body);
        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "malformedJson")));
        Assert.That(answer.Headers["Content-Type"], Is.EqualTo("application/problem+json"));
    }

    [TestCase("Content-Length: -5\r\n")]
    [TestCase("Content-Length: x\r\n")]
    [TestCase("Content-Length: 36\r\nContent-Length: 5\r\n")]
    [TestCase("Content-Length: 99999999999999999999\r\n")]
    [TestCase("Transfer-Encoding: gzip\r\n")]
    [TestCase("Content-Length: 5\r\n", Description = "the body is cut")]
    [TestCase("", Description = "no body at all")]
    public async Task A_wrong_length_is_refused(string headers) => Assert.That((await PostAsync(headers, Event)).Status, Is.EqualTo(400));

    [Test]
    public async Task A_length_over_the_limit_is_refused() =>
        Assert.That((await PostAsync("Content-Length: 9999999999\r\n", Event)).Code, Is.EqualTo("requestTooLarge"));

    [TestCase("If-None-Match: \"", 200)]
    [TestCase("If-Match: \"x\"", 412)]
    [TestCase("Range: bytes=9-5", 200)]
    [TestCase("Accept: ;;;q", 200)]
    [TestCase("X: a\0b", 400)]
    public async Task A_strange_header_of_a_constant_answer_does_no_harm(string header, int status) =>
        Assert.That((await SendAsync(Get("/openapi/v1.json", $"Host: localhost\r\n{header}\r\n"))).Status, Is.EqualTo(status));

    [TestCase("GET", "/v1/contacts/../events", 404, "contactNotFound")]
    [TestCase("GET", "/v1/contacts/%2e%2E/events?pageSize=1", 404, "contactNotFound")]
    [TestCase("POST", "/v1/contacts/%2e%2e/events", 422, "validationFailed")]
    [TestCase("POST", "/v1/contacts/./events", 422, "validationFailed")]
    [TestCase("GET", "/v1/event-types/%2e%2e", 404, "eventTypeNotFound")]
    [TestCase("GET", "/v1/journeys/../events", 404, "routeNotFound")]
    [TestCase("GET", "http://localhost/v1/contacts/../events", 404, "contactNotFound")]
    [TestCase("GET", "http://localhost/v1/contacts/%2E%2e/events?pageSize=1", 404, "contactNotFound")]
    [TestCase("GET", "http://localhost/v1/contacts/..\\..\\v1\\events", 404, "routeNotFound")]
    [TestCase("POST", "http://localhost/v1/contacts/../events", 422, "validationFailed")]
    public async Task A_path_is_not_folded(string method, string path, int status, string code)
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        const string Body = """{"eventTypeName":"signup.completed"}""";
        var answer = await SendAsync($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {workspace.Key}\r\nConnection: close\r\n"
            + (method == "POST" ? $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" : "\r\n"));
        Assert.That((answer.Status, answer.Code), Is.EqualTo((status, code)));
    }

    private static Task<RawAnswer> SendAsync(string request) => RawCall.SendAsync(Service.Url, request);

    private static string Get(string target, string headers = "Host: localhost\r\n") => $"GET {target} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n";

    private static async Task<RawAnswer> PostAsync(string headers, string body) => await SendAsync(
        "POST /v1/contacts/ctc_1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + $"Authorization: Bearer {(await Service.NewWorkspaceAsync()).Key}\r\nConnection: close\r\n{headers}\r\n{body}");
}
