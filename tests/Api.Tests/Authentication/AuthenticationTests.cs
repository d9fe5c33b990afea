using System.Net.Http.Headers;
using Flownally.Application.ApiKeys;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Tests.Authentication;

public sealed class AuthenticationTests
{
    private const string Path = "/v1/events/evt_00000000000000000000000000";

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
        var key = await Service.NewKeyAsync(workspace.Tenant, Role.Owner, Scopes.All, TimeProvider.System.GetUtcNow().AddMilliseconds(300));
        await Task.Delay(400);
        (await workspace.WithKey(key).GetAsync(Path)).AssertRefused(401, "unauthenticated");
    }

    [Test]
    public async Task A_viewer_may_call_nothing()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var viewer = workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, Role.Viewer, Scopes.All));
        (await viewer.GetAsync(Path)).AssertRefused(403, "roleNotAllowed");
    }

    [TestCase(Role.Owner)]
    [TestCase(Role.Admin)]
    [TestCase(Role.Agent)]
    public async Task Each_operation_needs_its_scope(Role role)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var reader = workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, role, [Scopes.EventRead]));
        (await reader.GetAsync(Path)).AssertRefused(404, "eventNotFound");
        (await reader.GetAsync("/v1/contacts/ctc_1/events")).AssertRefused(403, "scopeMissing");
        (await reader.RecordAsync("ctc_1", "{}")).AssertRefused(403, "scopeMissing");
    }
}
