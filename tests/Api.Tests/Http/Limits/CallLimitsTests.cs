using Flownally.Api.Tests.Feed;
using Flownally.Application.Tenants;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Tests.Http.Limits;

public sealed class CallLimitsTests
{
    private const string List = "/v1/events";

    [Test]
    public async Task Calls_beyond_the_rate_are_refused_and_told_when_to_come_again()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await LimitAsync(workspace, (TenantLimit.CallsPerSecond, 1), (TenantLimit.CallsBurst, 5));
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => workspace.GetAsync(List)));
        var refused = answers.Where(answer => answer.Status != 200).ToList();
        Assert.That(refused, Has.Count.InRange(20, 35)); // on a slow machine some seconds pass meanwhile
        using (Assert.EnterMultipleScope())
        {
            refused[0].AssertRefused(429, "rateLimited");
            Assert.That(refused[0].Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(refused[0].Header("RateLimit-Policy"), Is.EqualTo("\"calls\";q=5;w=5"));
            Assert.That(refused[0].Header("RateLimit"), Does.StartWith("\"calls\";r=0;t="));
        }
    }

    [Test]
    public async Task A_call_is_told_what_is_left()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await LimitAsync(workspace, (TenantLimit.CallsPerSecond, 1), (TenantLimit.CallsBurst, 100), (TenantLimit.ConcurrentCalls, 7),
            (TenantLimit.EventsPerSecond, 1), (TenantLimit.EventsBurst, 10));
        Assert.That((await workspace.GetAsync(List)).Header("RateLimit-Policy"), Is.EqualTo("\"calls\";q=100;w=100, \"concurrent\";q=7;qu=\"concurrent-requests\""));
        var recorded = await workspace.RecordAsync("ctc_1", """{"eventTypeName":"signup.completed"}""");
        Assert.That(recorded.Header("RateLimit"), Does.Match("^\"calls\";r=\\d+;t=\\d, \"concurrent\";r=6, \"events\";r=9;t=1$"));
    }

    [Test]
    public async Task A_tenant_without_limits_is_told_of_none_and_another_one_is_not_held_up()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var other = await Service.NewWorkspaceAsync();
        await LimitAsync(workspace, (TenantLimit.CallsPerSecond, 1));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => workspace.GetAsync(List)));
        var answer = await other.GetAsync(List);
        Assert.That((answer.Status, answer.Header("RateLimit")), Is.EqualTo((200, (string?)null)));
    }

    [Test]
    public async Task Calls_at_the_same_time_are_limited_and_make_room_when_they_end()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await LimitAsync(workspace, (TenantLimit.ConcurrentCalls, 2));
        var waiting = Enumerable.Range(0, 2).Select(_ => workspace.GetAsync($"{FeedReading.Path}?wait=3")).ToList();
        await Assert.ThatAsync(async () => (await workspace.GetAsync(List)).Status, Is.EqualTo(429).After(2_000, 20));
        Assert.That((await Task.WhenAll(waiting)).Select(answer => answer.Status), Is.All.EqualTo(200).Or.All.EqualTo(429));
        Assert.That((await workspace.GetAsync(List)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Streams_are_limited_apart_from_calls()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await LimitAsync(workspace, (TenantLimit.Streams, 1), (TenantLimit.ConcurrentCalls, 1));
        using (var stream = await EventStream.OpenAsync(workspace))
        {
            await stream.NextAsync();
            (await workspace.SendAsync(EventStream.Request())).AssertRefused(429, "rateLimited");
            Assert.That((await workspace.GetAsync(List)).Status, Is.EqualTo(200));
        }

        await Assert.ThatAsync(async () =>
        {
            using var response = await workspace.OpenAsync(EventStream.Request());
            return (int)response.StatusCode;
        }, Is.EqualTo(200).After(5_000, 50));
    }

    [Test]
    public async Task A_new_limit_holds_at_once_in_every_process_and_can_be_taken_back()
    {
        await using var service = await OwnService.StartAsync("limits");
        Workspace[] processes = [service.Workspace, await service.StartAnotherAsync()];
        foreach (var process in processes)
        {
            Assert.That((await process.GetAsync(List)).Header("RateLimit"), Is.Null);
        }

        await ChangeAsync("8");
        foreach (var process in processes)
        {
            await Assert.ThatAsync(() => PolicyAsync(process), Is.EqualTo("\"calls\";q=8;w=1").After(5_000, 50));
        }

        await ChangeAsync("default");
        foreach (var process in processes)
        {
            await Assert.ThatAsync(() => PolicyAsync(process), Is.Null.After(5_000, 50));
        }

        async Task ChangeAsync(string limit) => await service.SendAsync(new LimitTenant(service.Workspace.Tenant,
            new Dictionary<TenantLimit, LimitSetting> { [TenantLimit.CallsPerSecond] = LimitSetting.Parse(limit) }));

        async Task<string?> PolicyAsync(Workspace process) => (await process.GetAsync(List)).Header("RateLimit-Policy");
    }

    /// <summary>Before the first call, so that no process remembers other limits.</summary>
    internal static async Task LimitAsync(Workspace workspace, params (TenantLimit Limit, int Value)[] limits) => await Service.SendAsync(
        new LimitTenant(workspace.Tenant, limits.ToDictionary(limit => limit.Limit, limit => new LimitSetting(IsDefault: false, limit.Value))));
}
