using Flownally.Domain.EventTypes;

namespace Flownally.Api.Tests.EventTypes;

public sealed class GetEventTypesTests
{
    private const string Path = "/v1/event-types";

    [Test]
    public async Task Every_tenant_begins_with_the_predefined_types()
    {
        var list = (await (await Service.NewWorkspaceAsync()).GetAsync(Path)).Json;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(list), Is.EqualTo(EventType.Predefined.Select(type => type.Name.Value).Order(StringComparer.Ordinal)));
            Assert.That(list["eventTypes"]!.AsArray().Select(type => (bool)type!["predefined"]!), Is.All.True);
            Assert.That(list["eventTypes"]!.AsArray().Select(type => type!["payloadSchema"]), Is.All.Null);
            Assert.That((int)list["totalSize"]!, Is.EqualTo(5));
            Assert.That(list.AsObject().ContainsKey("nextPageToken"), Is.False);
        }
    }

    [Test]
    public async Task A_walk_meets_every_type_once_by_name_while_others_are_added()
    {
        var workspace = await Service.NewWorkspaceAsync();
        List<string> expected = ["a", "a-b", "a.b", "a_b", "z9"];
        foreach (var name in expected)
        {
            await workspace.PostAsync(Path, $$"""{"name":"{{name}}"}""");
        }

        List<string> met = [];
        var added = 0;
        for (var token = (string?)""; token is not null;)
        {
            var page = (await workspace.GetAsync($"{Path}?pageSize=2{(token.Length > 0 ? $"&pageToken={token}" : "")}")).Json;
            met.AddRange(Names(page));
            Assert.That((int)page["totalSize"]!, Is.EqualTo(10 + added));
            token = (string?)page["nextPageToken"];
            await workspace.PostAsync(Path, $$"""{"name":"b{{added++}}"}""");
        }

        Assert.That(met, Is.Unique.And.EqualTo(met.Order(StringComparer.Ordinal)));
        Assert.That(expected.Concat(EventType.Predefined.Select(type => type.Name.Value)), Is.SubsetOf(met));
    }

    [TestCase("pageSize=0", "parameterInvalid", "pageSize")]
    [TestCase("pageToken=x", "pageTokenInvalid", "pageToken")]
    public async Task A_wrong_parameter_is_named(string query, string code, string field) =>
        (await (await Service.NewWorkspaceAsync()).GetAsync($"{Path}?{query}")).AssertRefused(400, code, field);

    [TestCase("evt-type_00000000000000000000000000")]
    [TestCase("nothing")]
    public async Task A_type_that_is_not_there_is_not_found(string id)
    {
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.GetAsync($"{Path}/{id}")).AssertRefused(404, "eventTypeNotFound");
        (await workspace.PatchAsync($"{Path}/{id}", "{}")).AssertRefused(404, "eventTypeNotFound");
        (await workspace.DeleteAsync($"{Path}/{id}")).AssertRefused(404, "eventTypeNotFound");
    }

    [Test]
    public async Task The_type_of_another_tenant_is_not_there()
    {
        var other = await Service.NewTypeAsync((await Service.NewWorkspaceAsync()).Tenant, "order.paid");
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.GetAsync($"{Path}/{other.Id}")).AssertRefused(404, "eventTypeNotFound");
        (await workspace.PatchAsync($"{Path}/{other.Id}", """{"name":"mine"}""")).AssertRefused(404, "eventTypeNotFound");
        (await workspace.DeleteAsync($"{Path}/{other.Id}")).AssertRefused(404, "eventTypeNotFound");
    }

    private static IEnumerable<string> Names(System.Text.Json.Nodes.JsonNode list) => list["eventTypes"]!.AsArray().Select(type => (string)type!["name"]!);
}
