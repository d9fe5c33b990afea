using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Flownally.Api.Http.Edge;
using Flownally.Infrastructure.Postgres;
using Flownally.Load.Failover;
using Npgsql;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>Where <c>serve</c> listens.</summary>
public sealed class ListeningTests
{
    private static readonly HttpClient Http = new();

    [TestCase("http://127.0.0.1:0")]
    [TestCase("http://192.0.2.1", Description = "of another machine, as listening will tell")]
    [TestCase("http://[::1]:80")]
    [TestCase("http://[::]:80")]
    [TestCase("http://0.0.0.0:65535/")]
    [TestCase("http://Localhost:80")]
    [TestCase("http://*:80")]
    [TestCase("http://+:80")]
    [TestCase("http://unix:/run/flownally.sock")]
    public void It_listens_at_what_names_this_machine(string text) =>
        Assert.That(ListenAddress.TryParse(text, out var address, "http") && ListenAddress.IsLocal(address));

    [TestCase("http://locahost:35713")]
    [TestCase("http://nosuchhost.invalid:80")]
    [TestCase("http://user@127.0.0.1:0")]
    [TestCase("http://127.0.0.1:0?x=1")]
    [TestCase("http://[::1]:0?x=1")]
    [TestCase("http://[::1]:0:5")]
    [TestCase("http://127.0.0.1:0#x")]
    [TestCase("http://127.0.0.1:x")]
    [TestCase("http://**:80")]
    public void It_does_not_take_another_host_for_all_addresses(string text) =>
        Assert.That(ListenAddress.TryParse(text, out var address, "http") && !ListenAddress.IsLocal(address));

    [TestCase("*", "localhost")]
    [TestCase("127.0.0.1", "127.0.0.1")]
    public async Task The_greeting_names_the_database_and_an_address_to_open(string host, string shown)
    {
        var port = PostgresServer.FreePort();
        var database = new NpgsqlConnectionStringBuilder(Service.ConnectionString);
        var process = RunningService.Start([RunningService.Program, "serve", "--url", $"http://{host}:{port}"],
            [("ConnectionStrings__Flownally", Service.ConnectionString)]);
        try
        {
            Assert.That(await process.StandardOutput.ReadLineAsync(), Does.StartWith("Flownally answers at http://"));
            Assert.That(await process.StandardOutput.ReadLineAsync(), Does.StartWith($"Database: {database.Host}").And.EndsWith($"/{database.Database}"));
            Assert.That(await process.StandardOutput.ReadLineAsync(), Is.EqualTo($"Documentation: http://{shown}:{port}/docs"));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [TestCase("Host=a;Database=b;Username=c;Password=hidden", "a/b")]
    [TestCase("Host=a,b:5433;Port=5434;Username=c;Password=hidden", "a:5434,b:5433/c")]
    [TestCase("Host=/run/postgresql", "/run/postgresql")]
    public void A_database_is_named_without_secrets(string connectionString, string place) =>
        Assert.That(ConnectionStrings.ServerAndDatabase(connectionString), Is.EqualTo(place));

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
    public async Task An_address_of_another_machine_for_metrics_is_told_as_such()
    {
        var (status, output, error) = await ServeAsync("http://127.0.0.1:0", ("Metrics__Url", "http://192.0.2.1:9464"));
        Assert.That((status, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.Match("^Metrics cannot be shown at http://192.0.2.1:9464: .+\\.$"));
    }

    [Test]
    public async Task HTTPS_without_a_certificate_is_told_in_a_sentence()
    {
        var (status, output, error) = await ServeAsync("https://127.0.0.1:0");
        Assert.That((status, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Match("^The service cannot listen at https://127.0.0.1:0: .+ Set Kestrel__Certificates__Default__Path .+$"));
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
