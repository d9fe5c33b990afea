using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>Where <c>serve</c> listens.</summary>
public sealed class ListeningTests
{
    private static readonly HttpClient Http = new();

    [TestCase("--url http://127.0.0.1:0 --url http://[::1]:0")]
    [TestCase("--url http://127.0.0.1:0;http://[::1]:0")]
    public async Task It_listens_at_several_addresses(string options)
    {
        var process = RunningService.Start(
            [RunningService.Program, "serve", "--json", .. options.Split(' ')], [("ConnectionStrings__Flownally", Service.ConnectionString)]);
        try
        {
            var greeting = JsonNode.Parse((await process.StandardOutput.ReadLineAsync())!)!;
            var urls = greeting["urls"]!.AsArray().Select(url => (string)url!).ToList();
            Assert.That(urls, Has.Count.EqualTo(2).And.Unique);
            foreach (var url in urls)
            {
                using var answer = await Http.GetAsync(new Uri($"{url}/health/live"));
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [Test]
    public async Task A_port_in_use_is_told_in_a_sentence()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://{other.LocalEndpoint}";
        var (status, output, error) = await ServeAsync(address);
        Assert.That((status, output), Is.EqualTo((1, "")));
        Assert.That(error, Is.EqualTo($"Failed to bind to address {address}: address already in use."));
    }

    [Test]
    public async Task An_address_of_another_machine_is_told_in_a_sentence()
    {
        var (status, output, error) = await ServeAsync("http://192.0.2.1:8080"); // RFC 5737: of no machine
        Assert.That((status, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.Match("^The service cannot listen at http://192.0.2.1:8080: .+\\.$"));
    }

    [Test]
    public async Task HTTPS_without_a_certificate_is_told_in_a_sentence()
    {
        var (status, output, error) = await ServeAsync("https://127.0.0.1:0");
        Assert.That((status, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Match("^The service cannot listen at https://127.0.0.1:0: .+ Kestrel__Certificates__Default__Path names .+$"));
    }

    [Test]
    public async Task A_certificate_that_is_missing_is_told_in_a_sentence()
    {
        var missing = ("Kestrel__Certificates__Default__Path", "/nowhere/certificate.pem");
        var (status, output, error) = await ServeAsync("https://127.0.0.1:0", missing);
        Assert.That((status, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain("'/nowhere/certificate.pem'").And.Not.Contain("\n"));
    }

    private static Task<(int Status, string Output, string Error)> ServeAsync(string url, params (string Name, string Value)[] settings) =>
        RunningService.SaidAsync(["serve", "--url", url],
            [("ConnectionStrings__Flownally", Service.ConnectionString), ("Logging__LogLevel__Default", "Warning"), .. settings]);
}
