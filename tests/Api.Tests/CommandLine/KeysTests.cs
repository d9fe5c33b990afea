using Flownally.Api.Http.Authentication;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Tests.CommandLine;

public sealed class KeysTests
{
    [TestCase("viewer", true)]
    [TestCase("Viewer", true)]
    [TestCase("agent", false)]
    public async Task A_key_of_a_viewer_comes_with_a_warning(string role, bool warned)
    {
        var tenant = (await Service.NewWorkspaceAsync()).Tenant.ToString();
        var (status, output, error) = await RunAsync("keys", "create", "--tenant", tenant, "--role", role, "--scopes", "all");
        Assert.That((status, output[..9]), Is.EqualTo((0, "fln_live_")));
        Assert.That(error, warned ? Does.StartWith("Warning: a viewer may ").And.Not.Contain("\n") : Is.Empty);
        Assert.That(Operations.OpenTo(Role.Viewer).All(operation => !warned || error.Contains(operation, StringComparison.Ordinal)));
    }

    [Test]
    public void The_operations_of_a_role_are_named_as_in_the_contract()
    {
        Assert.That(Operations.OpenTo(Role.Agent), Does.Contain("getEventTypes").And.Contain("createContactEvent"));
        Assert.That(Operations.OpenTo(Role.Viewer), Does.Not.Contain("getEventTypes").And.Not.Contain("createContactEvent"));
    }

    [Test]
    public async Task Keys_are_listed_below_headings()
    {
        var tenant = (await Service.NewWorkspaceAsync()).Tenant.ToString();
        var (status, output, _) = await RunAsync("keys", "list", "--tenant", tenant);
        var lines = output.Split('\n');
        Assert.That((status, lines.Length), Is.EqualTo((0, 2)));
        Assert.That(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(["KEY", "TENANT", "ROLE", "STATE", "NAME", "SCOPES"]));
        Assert.That(lines[1], Does.StartWith("key_").And.Contain(tenant).And.Contain("owner"));
    }

    [Test]
    public async Task A_tenant_that_does_not_exist_has_no_list_of_keys() => Assert.That(
        await RunAsync("keys", "list", "--tenant", "tn_00000000000000000000000000"),
        Is.EqualTo((1, "", new TenantNotFound(default).Detail)));

    [Test]
    public async Task Where_there_are_no_keys_only_a_person_is_told()
    {
        var (_, tenant, _) = await RunAsync("tenants", "create", "--name", "Test");
        var (status, output, error) = await RunAsync("keys", "list", "--tenant", tenant);
        Assert.That((status, output), Is.EqualTo((0, "")));
        Assert.That(error, Does.StartWith("There are no keys"));
    }

    private static Task<(int Status, string Output, string Error)> RunAsync(params string[] words) =>
        RunningService.SaidAsync(words, ("ConnectionStrings__Flownally", Service.ConnectionString));
}
