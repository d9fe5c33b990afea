using Flownally.Api.Tests.CommandLine;

namespace Flownally.Api.Tests.OpenApi;

/// <summary>The documentation page, in a real browser.</summary>
public sealed class DocsPageTests
{
    private static readonly HttpClient Http = new();

    [Test]
    public async Task In_a_demo_every_operation_can_be_tried_at_once()
    {
        var browser = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);
        if (browser is null)
        {
            Assert.Ignore("Chromium is not installed.");
        }

        var data = Directory.CreateTempSubdirectory("flownally-docs-");
        try
        {
            await using var service = await RunningService.StartAsync(new DirectoryInfo(Path.Combine(data.FullName, "data")));
            var (_, page) = await RunningService.ToolAsync([browser!, "--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={data.FullName}/browser",
                "--virtual-time-budget=10000", "--dump-dom", $"{service.Url}/docs"]);
            Assert.That(page, Does.Contain("createContactEvent").And.Contain("Record an event of a contact"));
            Assert.That(page, Does.Contain("btn authorize locked"), "The demo's key is filled in.");
        }
        finally
        {
            data.Delete(recursive: true);
        }
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
