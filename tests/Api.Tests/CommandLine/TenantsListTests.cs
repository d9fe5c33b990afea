using System.Text.Json.Nodes;
using Npgsql;

namespace Flownally.Api.Tests.CommandLine;

public sealed class TenantsListTests
{
    [Test]
    public async Task Tenants_are_listed_below_headings()
    {
        var tenant = (await Service.NewWorkspaceAsync()).Tenant.ToString();
        var (status, output, error) = await RunAsync("tenants", "list");
        var lines = output.Split('\n');
        Assert.That((status, error), Is.EqualTo((0, "")));
        Assert.That(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(["TENANT", "CREATED", "NAME"]));
        Assert.That(lines[1..].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]), Has.One.EqualTo(tenant));
    }

    [Test]
    public async Task Tenants_are_listed_as_JSON()
    {
        var tenant = (await Service.NewWorkspaceAsync()).Tenant.ToString();
        var (status, output, _) = await RunAsync("tenants", "list", "--json");
        Assert.That(status, Is.Zero);
        var listed = JsonNode.Parse(output)!["tenants"]!.AsArray().Single(one => (string)one!["id"]! == tenant)!;
        Assert.That(listed.AsObject().Select(member => member.Key), Is.EqualTo(["id", "name", "createdAt"]));
    }

    [Test]
    public async Task A_name_cannot_give_orders_to_the_terminal()
    {
        var tenant = (await Service.NewWorkspaceAsync()).Tenant;
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var command = database.CreateCommand("UPDATE tenants SET name = E'two\nlines \u001b[31m' WHERE id = $1"); // of an earlier release
        command.Parameters.AddWithValue(tenant.Value);
        await command.ExecuteNonQueryAsync();
        var (_, output, _) = await RunAsync("tenants", "list");
        Assert.That(output, Does.Contain("two\uFFFDlines \uFFFD[31m").And.Not.Contain("\u001b"));
    }

    private static Task<(int Status, string Output, string Error)> RunAsync(params string[] words) =>
        RunningService.SaidAsync(words, ("ConnectionStrings__Flownally", Service.ConnectionString));
}
