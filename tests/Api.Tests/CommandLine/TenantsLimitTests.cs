using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.CommandLine;

public sealed class TenantsLimitTests
{
    [Test]
    public async Task Limits_are_set_shown_and_taken_back()
    {
        var tenant = (await Service.NewWorkspaceAsync()).Tenant;
        Assert.That(await LimitAsync("--events-per-second", "100", "--journeys", "none"), Does.Contain("""{"name":"events-per-second","value":100,"isDefault":false}"""));
        Assert.That(await LimitAsync("--events-per-second", "default"), Does.Contain("""{"name":"events-per-second","isDefault":true}""")
            .And.Contain("""{"name":"journeys","isDefault":false}""").And.Contain("""{"name":"event-types","value":1000,"isDefault":true}"""));

        async Task<string> LimitAsync(params string[] options)
        {
            var (status, output) = await RunAsync(["--tenant", tenant.ToString(), .. options]);
            Assert.That(status, Is.Zero);
            return JsonNode.Parse(output)!["limits"]!.ToJsonString();
        }
    }

    [TestCase("--streams", "0")]
    [TestCase("--streams", "many")]
    public async Task A_limit_that_is_none_is_refused(params string[] options) =>
        Assert.That((await RunAsync(["--tenant", (await Service.NewWorkspaceAsync()).Tenant.ToString(), .. options])).Status, Is.EqualTo(2));

    [Test]
    public async Task A_tenant_that_does_not_exist_cannot_be_limited() =>
        Assert.That((await RunAsync(["--tenant", "tn_00000000000000000000000000", "--streams", "1"])).Status, Is.EqualTo(1));

    private static Task<(int Status, string Output)> RunAsync(string[] options) => RunningService.ToolAsync(
        [RunningService.Program, "tenants", "limit", "--json", .. options], ("ConnectionStrings__Flownally", Service.ConnectionString));
}
