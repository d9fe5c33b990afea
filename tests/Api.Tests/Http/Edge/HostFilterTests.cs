using Flownally.Api.Tests.CommandLine;

namespace Flownally.Api.Tests.Http.Edge;

public sealed class HostFilterTests
{
    private DemoService _demo = null!;

    [OneTimeSetUp]
    public async Task Start() => _demo = await DemoService.StartAsync("hosts");

    [OneTimeTearDown]
    public async Task Stop() => await _demo.DisposeAsync();

    [TestCase("localhost", 401)]
    [TestCase("LOCALHOST:5080", 401)]
    [TestCase("127.0.0.1", 401)]
    [TestCase("127.0.0.1:1", 401)]
    [TestCase("[::1]:5080", 401)]
    [TestCase("127.0.0.2", 400)]
    [TestCase("0.0.0.0", 400)]
    [TestCase("evil.example", 400)]
    [TestCase("localhost.evil.example", 400)]
    [TestCase("evil.example:5080", 400)]
    [TestCase("127.0.0.1.evil.example", 400)]
    public async Task A_demo_answers_for_the_names_of_its_own_machine_only(string host, int status)
    {
        var answer = await GetAsync("/v1/events", host);
        Assert.That((answer.Status, answer.Code), Is.EqualTo((status, status == 401 ? "unauthenticated" : "parameterInvalid")));
    }

    [TestCase("/docs/index.html")]
    [TestCase("/openapi/v1.json")]
    [TestCase("/problems")]
    [TestCase("/nothing")]
    [TestCase("/healthy")]
    public async Task A_host_that_it_does_not_answer_for_is_told_so_everywhere(string path)
    {
        var answer = await GetAsync(path, "evil.example");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "parameterInvalid")));
            Assert.That(answer.Headers["Content-Type"], Is.EqualTo("application/problem+json"));
            Assert.That(answer.Body, Does.Contain("\"field\":\"Host\"").And.Contain("AllowedHosts"));
            Assert.That(answer.Headers["X-Content-Type-Options"], Is.EqualTo("nosniff"));
        }
    }

    [TestCase("/health/live")]
    [TestCase("/health/ready")]
    public async Task What_watches_the_process_may_name_any_host(string path) => Assert.That((await GetAsync(path, "10.1.2.3:8080")).Status, Is.EqualTo(200));

    [Test]
    public async Task Without_a_host_a_call_of_HTTP_1_0_is_refused_by_a_demo() =>
        Assert.That((await RawCall.SendAsync(_demo.Url, "GET /v1/events HTTP/1.0\r\n\r\n")).Code, Is.EqualTo("parameterInvalid"));

    [TestCase("evil.example")]
    [TestCase("10.1.2.3")]
    public async Task A_service_that_is_no_demo_answers_for_any_host(string host) =>
        Assert.That((await RawCall.SendAsync(Service.Url, Request("/v1/events", host))).Status, Is.EqualTo(401));

    [Test]
    public async Task A_setting_names_the_hosts()
    {
        await using var service = await RunningService.ServeAsync(Service.ConnectionString, ("AllowedHosts", "shop.example; *.api.example"));
        var statuses = new List<int>();
        foreach (var host in new[] { "shop.example", "SHOP.example:8080", "a.api.example", "a.b.api.example", "api.example", "localhost", "evil.example" })
        {
            statuses.Add((await RawCall.SendAsync(new Uri(service.Url), Request("/v1/events", host))).Status);
        }

        Assert.That(statuses, Is.EqualTo([401, 401, 401, 401, 400, 400, 400]));
    }

    private Task<RawAnswer> GetAsync(string path, string host) => RawCall.SendAsync(_demo.Url, Request(path, host));

    private static string Request(string path, string host) => $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n";
}
