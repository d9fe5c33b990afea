using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Flownally.Api.Tests.Http.OpenApi;
using Flownally.Application.ApiKeys;
using Flownally.Application.Events;
using Flownally.Application.Paging;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Tests.Http.Authentication;

public sealed class AuthenticationTests
{
    private const string Path = "/v1/events/evt_00000000000000000000000000";

    /// <summary>The ten operations that the product began with; no viewer may call them.</summary>
    private static readonly string[] FirstTen =
    [
        "getEventTypes", "createEventType", "getEventType", "updateEventType", "deleteEventType", "getEvents", "createEvent", "getEvent", "getEventsByContact", "createContactEvent",
    ];

    private static readonly object[][] Operations =
        [.. Contract.Access.Select(access => (object[])[access.OperationId, access.Method.Method, Regex.Replace(access.Path, @"\{\w+\}", "x"), access.Scope, access.Roles])];

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
    public async Task Each_operation_needs_a_key_its_scope_and_one_of_its_roles(string operation, string method, string path, string scope, string[] roles)
    {
        Assert.That(roles, method == "GET" && !FirstTen.Contains(operation) ? Is.EquivalentTo(["owner", "admin", "agent", "viewer"]) : Is.EquivalentTo(["owner", "admin", "agent"]),
            "Viewers may send every request that only reads, but those of the first ten operations: [Requires(…, OpenToViewers = true)].");
        var workspace = await Service.NewWorkspaceAsync();
        (await CallAsync(workspace.WithKey("nothing"))).AssertRefused(401, "unauthenticated");
        (await CallAsync(await WithKeyAsync(Role.Owner, [.. Scopes.All.Where(other => other != scope)]))).AssertRefused(403, "scopeMissing");
        foreach (var role in Enum.GetValues<Role>())
        {
            var answer = await CallAsync(await WithKeyAsync(role, [scope]));
            if (roles.Contains(role.ToString(), StringComparer.OrdinalIgnoreCase))
            {
                Assert.That(answer.Status, Is.AnyOf(200, 404, 422));
            }
            else
            {
                answer.AssertRefused(403, "roleNotAllowed");
            }
        }

        async Task<Workspace> WithKeyAsync(Role role, string[] scopes) => workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, role, scopes));

        Task<Answer> CallAsync(Workspace caller) => caller.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = method is "POST" or "PATCH" ? new StringContent("{}", System.Text.Encoding.UTF8, "application/json") : null,
        });
    }
}
