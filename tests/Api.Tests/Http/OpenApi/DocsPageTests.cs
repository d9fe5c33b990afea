using Flownally.Api.Tests.CommandLine;
using Flownally.Api.Tests.Http.Edge;

namespace Flownally.Api.Tests.Http.OpenApi;

/// <summary>The documentation page, in a real browser.</summary>
public sealed class DocsPageTests
{
    private static readonly HttpClient Http = new();

    private DemoService _demo = null!;

    [OneTimeSetUp]
    public async Task Start() => _demo = await DemoService.StartAsync("docs");

    [OneTimeTearDown]
    public async Task Stop() => await _demo.DisposeAsync();

    [Test]
    public async Task In_a_demo_every_operation_can_be_tried_at_once()
    {
        var browser = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);
        if (browser is null)
        {
            Assert.Ignore("Chromium is not installed.");
        }

        var data = Directory.CreateTempSubdirectory("flownally-docs-");
        var log = new FileInfo(Path.Combine(data.FullName, "browser.log"));
        try
        {
            await using var service = await RunningService.StartAsync(new DirectoryInfo(Path.Combine(data.FullName, "data")));
            var (_, page) = await RunningService.ToolAsync(["/bin/sh", "-c", "exec \"$@\" 2>\"$0\"", log.FullName,
                browser!, "--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={data.FullName}/browser",
                "--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom", $"{service.Url}/docs"]);
            Assert.That(page, Does.Contain("createContactEvent").And.Contain("Record an event of a contact"));
            Assert.That(page, Does.Contain("btn authorize locked"), "The demo's key is filled in.");
            Assert.That((await File.ReadAllLinesAsync(log.FullName)).Where(line => line.Contains("CONSOLE", StringComparison.Ordinal)), Is.Empty, "No policy is broken.");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [TestCase("localhost", null, true)]
    [TestCase("127.0.0.1:5080", "none", true)]
    [TestCase("[::1]", "same-origin", true)]
    [TestCase("localhost", "same-site", false)]
    [TestCase("localhost", "cross-site", false)]
    [TestCase("localhost", "anything", false)]
    [TestCase("evil.example", null, false)]
    [TestCase("localhost.evil.example", "same-origin", false)]
    public async Task The_page_holds_the_key_for_whoever_opens_it_on_this_machine(string host, string? site, bool holds)
    {
        var answer = await RawCall.SendAsync(_demo.Url, $"GET /docs/index.html HTTP/1.1\r\nHost: {host}\r\n{(site is null ? "" : $"Sec-Fetch-Site: {site}\r\n")}Connection: close\r\n\r\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Body.Contains(DemoService.Key, StringComparison.Ordinal), Is.EqualTo(holds));
            Assert.That(answer.Headers["Cache-Control"], Is.EqualTo("no-store"));
            Assert.That(answer.Headers["Cross-Origin-Resource-Policy"], Is.EqualTo("same-origin"));
        }
    }

    [TestCase("/docs/docs.js")]
    [TestCase("/docs/swagger-ui-bundle.js")]
    [TestCase("/docs-demo.js")]
    [TestCase("/openapi/v1.json")]
    public async Task Nothing_that_another_page_can_include_holds_the_key(string path)
    {
        using var answer = await Http.GetAsync(new Uri(_demo.Url, path));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Not.Contain(DemoService.Key));
    }

    [TestCase("/", "text/html")]
    [TestCase("/docs", "text/html")]
    [TestCase("/docs/index.html", "text/html")]
    [TestCase("/docs/docs.js", "text/javascript")]
    [TestCase("/docs/swagger-ui-bundle.js", "text/javascript")]
    [TestCase("/docs/swagger-ui.css", "text/css")]
    [TestCase("/docs/index.css", "text/css")]
    [TestCase("/docs/favicon-16x16.png", "image/png")]
    [TestCase("/docs/favicon-32x32.png", "image/png")]
    public async Task All_that_the_page_needs_is_there(string path, string type)
    {
        using var answer = await Http.GetAsync(new Uri(Service.Url, path));
        Assert.That(((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType), Is.EqualTo((200, type)));
    }

    [Test]
    public async Task No_script_stands_in_the_page_itself()
    {
        using var answer = await Http.GetAsync(new Uri(Service.Url, "/docs/index.html"));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("script-src 'self';"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Match("(?s)<script src=\"swagger-ui-bundle.js\"></script>\\s*<script src=\"docs.js\"></script>").And.Not.Match("<script(?! src)"));
    }

    [Test]
    public async Task The_page_offers_no_key_where_there_is_no_demo_and_speaks_to_this_service_only()
    {
        using var answer = await Http.GetAsync(new Uri(Service.Url, "/docs/index.html"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("swagger-ui").And.Not.Contain("demo"));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'self'"));
        using var script = await Http.GetAsync(new Uri(Service.Url, "/docs-demo.js"));
        Assert.That((int)script.StatusCode, Is.EqualTo(404));
    }
}
