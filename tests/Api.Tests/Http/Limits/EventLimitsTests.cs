using Flownally.Domain.Tenants;

namespace Flownally.Api.Tests.Http.Limits;

public sealed class EventLimitsTests
{
    private const string Event = """{"eventTypeName":"signup.completed"}""";

    [Test]
    public async Task An_event_beyond_the_rate_is_refused_and_not_recorded()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await CallLimitsTests.LimitAsync(workspace, (TenantLimit.EventsPerSecond, 1), (TenantLimit.EventsBurst, 3));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => workspace.RecordAsync($"ctc_{i}", Event)));
        var refused = answers.Where(answer => answer.Status != 201).ToList();
        Assert.That(refused, Has.Count.InRange(5, 17));
        refused[0].AssertRefused(429, "rateLimited");
        Assert.That(refused[0].Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That((int)(await workspace.GetAsync("/v1/events")).Json["totalSize"]!, Is.EqualTo(20 - refused.Count));
    }

    [Test]
    public async Task Of_a_batch_those_beyond_the_rate_are_refused_each_by_itself()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await CallLimitsTests.LimitAsync(workspace, (TenantLimit.EventsPerSecond, 1), (TenantLimit.EventsBurst, 3));
        var events = string.Join(',', Enumerable.Range(0, 5).Select(i => $$"""{"contactId":"ctc_{{i}}","eventTypeName":"signup.completed"}"""));
        var answer = await workspace.PostAsync("/v1/events/batch", $$"""{"events":[{{events}}]}""");
        var results = answer.Json["results"]!.AsArray();
        Assert.That(results.Select(result => (int)result!["status"]!), Is.EqualTo((int[])[201, 201, 201, 429, 429]));
        Assert.That((string)results[^1]!["problem"]!["code"]!, Is.EqualTo("rateLimited"));
    }
}
