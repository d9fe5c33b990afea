using System.Net.Http.Headers;
using Flownally.Application.ApiKeys;
using Flownally.Application.Events;
using Flownally.Application.Paging;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Tests.Http.Authentication;

public sealed class AuthenticationTests
{
    private const string Path = "/v1/events/evt_00000000000000000000000000";

    private static readonly object[][] Operations =
    [
        ["GET", "/v1/event-types", "event_type:list"],
        ["POST", "/v1/event-types", "event_type:create"],
        ["GET", "/v1/event-types/x", "event_type:read"],
        ["PATCH", "/v1/event-types/x", "event_type:update"],
        ["DELETE", "/v1/event-types/x", "event_type:delete"],
        ["GET", "/v1/events", "event:list"],
        ["POST", "/v1/events", "event:create"],
        ["GET", "/v1/events/x", "event:read"],
        ["GET", "/v1/events/feed", "event:list"],
        ["GET", "/v1/contacts/ctc_1/events", "event:list"],
        ["POST", "/v1/contacts/ctc_1/events", "event:create"],
        ["GET", "/v1/journeys", "journey:list"],
        ["POST", "/v1/journeys", "journey:create"],
        ["GET", "/v1/journeys/x", "journey:read"],
        ["PATCH", "/v1/journeys/x", "journey:update"],
        ["DELETE", "/v1/journeys/x", "journey:delete"],
        ["POST", "/v1/journeys/x/activate", "journey:update"],
        ["POST", "/v1/journeys/x/pause", "journey:update"],
        ["GET", "/v1/journeys/x/entries", "journey:read"],
        ["POST", "/v1/journeys/x/entries/x/redeliver", "journey:update"],
    ];

    [TestCase("Basic", "YTpi")]
    [TestCase("Bearer", "nothing")]
    [TestCase("Bearer", "fln_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_key_that_is_none_is_refused(string scheme, string value)
    {
        var answer = await (await Service.NewWorkspaceAsync()).SendAsync(new HttpRequestMessage(HttpMethod.Get, Path)
        {
            Headers = { Authorization = new AuthenticationHeaderValue(scheme, value) },
        });
        answer.AssertRefused(401, "unauthenticated");
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
    }

    [Test]
    public async Task A_call_without_a_key_is_refused()
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri(Service.Url, Path));
        Assert.That((int)response.StatusCode, Is.EqualTo(401));
    }

    [Test]
    public async Task A_revoked_key_stops_working_at_once()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var mine = (await Service.SendAsync(new ListApiKeys(workspace.Tenant))).Keys.Single();
        (await workspace.GetAsync(Path)).AssertRefused(404, "eventNotFound");
        await Service.SendAsync(new RevokeApiKey(mine.Id));
        await Task.Delay(100); // what a person or a script needs at the least between two commands
        (await workspace.GetAsync(Path)).AssertRefused(401, "unauthenticated");
    }

    [Test]
    public async Task An_expired_key_is_refused()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var key = await Service.NewKeyAsync(workspace.Tenant, Role.Owner, Scopes.All, TimeProvider.System.GetUtcNow().AddSeconds(1));
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        (await workspace.WithKey(key).GetAsync(Path)).AssertRefused(401, "unauthenticated");
    }

    [Test]
    public async Task A_request_that_does_not_come_over_HTTP_is_checked_all_the_same()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var secret = await Service.NewKeyAsync(workspace.Tenant, Role.Owner, [Scopes.EventRead]);
        var caller = await Service.SendAsync(new Authenticate($"Bearer {secret}"));
        await Assert.ThatAsync(() => Service.SendAsync(new ListEvents(caller, null, PageSize.Default, null)),
            Throws.InvalidOperationException.With.Message.Contains("scopeMissing"));
    }

    [TestCaseSource(nameof(Operations))]
    public async Task Each_operation_needs_a_key_its_scope_and_one_of_three_roles(string method, string path, string scope)
    {
        var workspace = await Service.NewWorkspaceAsync();
        (await CallAsync(workspace.WithKey("nothing"))).AssertRefused(401, "unauthenticated");
        (await CallAsync(await WithKeyAsync(Role.Viewer, [scope]))).AssertRefused(403, "roleNotAllowed");
        (await CallAsync(await WithKeyAsync(Role.Owner, [.. Scopes.All.Where(other => other != scope)]))).AssertRefused(403, "scopeMissing");
        foreach (var role in new[] { Role.Owner, Role.Admin, Role.Agent })
        {
            Assert.That((await CallAsync(await WithKeyAsync(role, [scope]))).Status, Is.AnyOf(200, 404, 422));
        }

        async Task<Workspace> WithKeyAsync(Role role, string[] scopes) => workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, role, scopes));

        Task<Answer> CallAsync(Workspace caller) => caller.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = method is "POST" or "PATCH" ? new StringContent("{}", System.Text.Encoding.UTF8, "application/json") : null,
        });
    }
}
