using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Flownally.Api.Tests.Health;

public sealed class HealthTests
{
    [TestCase("live")]
    [TestCase("ready")]
    public async Task A_probe_is_answered_in_one_word(string status)
    {
        var answer = await (await Service.NewWorkspaceAsync()).GetAsync($"/health/{status}");
        Assert.That((answer.Status, answer.Text), Is.EqualTo((200, $$"""{"status":"{{status}}"}""")));
        Assert.That(answer.ContentHeaders.ContentType?.ToString(), Is.EqualTo("application/json; charset=utf-8"));
        Assert.That(answer.Headers.CacheControl?.ToString(), Is.EqualTo("no-store"));
    }

    [TestCase("live")]
    [TestCase("ready")]
    public async Task A_probe_is_refused_as_a_call_is(string status)
    {
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.PostAsync($"/health/{status}", "{}")).AssertRefused(405, "methodNotAllowed");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/health/{status}") { Headers = { { "Accept", "text/html" } } };
        (await workspace.SendAsync(request)).AssertRefused(406, "notAcceptable");
    }

    [Test]
    public async Task A_process_that_records_no_more_has_failed_whatever_the_database_says()
    {
        await using var app = ApiHost.Build("Host=/nowhere;Username=a;Database=a", "http://127.0.0.1:0",
            configure: services => services.Configure<HealthCheckServiceOptions>(checks =>
                checks.Registrations.Single(check => check.Name == "recording").Factory = _ => new Failed()));
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.That((int)ready.StatusCode, Is.EqualTo(500));
        Assert.That(await ready.Content.ReadAsStringAsync(), Does.Contain("\"code\":\"internal\""));
        await app.StopAsync();
    }

    private sealed class Failed : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(HealthCheckResult.Unhealthy());
    }
}
