namespace Flownally.Api.Tests.EventTypes;

public sealed class GetEventTypeVersionsTests
{
    [Test]
    public async Task Each_schema_is_listed_with_why_it_was_accepted_and_for_whom_newest_first()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = (await workspace.PostAsync("/v1/event-types", """{"name":"order.paid","payloadSchema":{"type":"object","properties":{"n":{"maximum":5.0}}}}""")).Json;
        var address = $"/v1/event-types/{type["id"]}";
        await workspace.PatchAsync(address, """{"payloadSchema":{"type":"object","properties":{"n":{"maximum":9}}}}""");
        await workspace.PatchAsync(address, """{"name":"order.settled"}""");
        await workspace.PatchAsync(address, """{"payloadSchema":{"type":"object","required":["n"]}}""");
        await workspace.PatchAsync(address + "?validateOnly=true", """{"payloadSchema":{"minProperties":3}}""");
        var last = await workspace.PatchAsync(address, """{"payloadSchema":null}""");

        var all = (await workspace.GetAsync(address + "/versions")).Json;
        var versions = all["versions"]!.AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(versions.Select(version => $"{version!["schemaVersion"]} {version["acceptedBy"]} {version["payloadSchema"]?.ToJsonString()}"), Is.EqualTo([
                "4 proof ",
                """3 scan {"type":"object","required":["n"]}""",
                """2 proof {"type":"object","properties":{"n":{"maximum":9}}}""",
                """1 created {"type":"object","properties":{"n":{"maximum":5.0}}}""",
            ]));
            Assert.That(versions.Select(version => (string)version!["by"]!).Distinct().Single(), Does.StartWith("key_"));
            Assert.That((string)versions[0]!["at"]!, Is.EqualTo((string)last.Json["updatedAt"]!));
            Assert.That((string)versions[3]!["at"]!, Is.EqualTo((string)type["createdAt"]!));
            Assert.That((int)all["totalSize"]!, Is.EqualTo(4));
        }

        var page = (await workspace.GetAsync(address + "/versions?pageSize=3")).Json;
        var rest = (await workspace.GetAsync($"{address}/versions?pageToken={page["nextPageToken"]}")).Json;
        Assert.That((int)rest["versions"]!.AsArray().Single()!["schemaVersion"]!, Is.EqualTo(1));
        (await workspace.GetAsync($"/v1/event-types?pageToken={page["nextPageToken"]}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
    }

    [Test]
    public async Task A_predefined_type_has_one_that_nobody_asked_for()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = (await workspace.GetAsync("/v1/event-types?pageSize=1")).Json["eventTypes"]![0]!;
        var version = (await workspace.GetAsync($"/v1/event-types/{type["id"]}/versions")).Json["versions"]!.AsArray().Single()!.AsObject();
        Assert.That(version.Select(member => member.Key), Is.EquivalentTo(["schemaVersion", "acceptedBy", "at"]));
    }

    [Test]
    public async Task Those_of_another_tenant_and_of_a_deleted_type_are_not_found()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        (await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/event-types/{type.Id}/versions")).AssertRefused(404, "eventTypeNotFound");
        (await workspace.GetAsync("/v1/event-types/made-up/versions")).AssertRefused(404, "eventTypeNotFound");
        Assert.That((await workspace.DeleteAsync($"/v1/event-types/{type.Id}")).Status, Is.EqualTo(204));
        (await workspace.GetAsync($"/v1/event-types/{type.Id}/versions")).AssertRefused(404, "eventTypeNotFound");
    }
}
