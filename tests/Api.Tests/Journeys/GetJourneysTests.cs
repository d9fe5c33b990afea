namespace Flownally.Api.Tests.Journeys;

public sealed class GetJourneysTests
{
    private const string Path = "/v1/journeys";

    [Test]
    public async Task A_tenant_begins_without_journeys() =>
        Assert.That((await (await Service.NewWorkspaceAsync()).GetAsync(Path)).Text, Is.EqualTo("""{"journeys":[],"totalSize":0}"""));

    [Test]
    public async Task A_walk_meets_every_journey_once_newest_first_while_others_are_added()
    {
        var workspace = await Service.NewWorkspaceAsync();
        for (var i = 0; i < 5; i++)
        {
            await workspace.PostAsync(Path, $$"""{"name":"{{i}}"}""");
        }

        List<string> met = [];
        var added = 0;
        for (var token = (string?)""; token is not null;)
        {
            var page = (await workspace.GetAsync($"{Path}?pageSize=2{(token.Length > 0 ? $"&pageToken={token}" : "")}")).Json;
            met.AddRange(page["journeys"]!.AsArray().Select(journey => (string)journey!["name"]!));
            Assert.That((int)page["totalSize"]!, Is.EqualTo(5 + added));
            token = (string?)page["nextPageToken"];
            await workspace.PostAsync(Path, $$"""{"name":"added{{added++}}"}""");
        }

        Assert.That(met, Is.EqualTo(["4", "3", "2", "1", "0"]));
    }

    [Test]
    public async Task A_token_is_good_for_its_tenant_only()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.PostAsync(Path, """{"name":"a"}""");
        await workspace.PostAsync(Path, """{"name":"b"}""");
        var token = (string)(await workspace.GetAsync($"{Path}?pageSize=1")).Json["nextPageToken"]!;
        (await (await Service.NewWorkspaceAsync()).GetAsync($"{Path}?pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
        (await workspace.GetAsync($"/v1/events?pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
    }

    [TestCase("pageSize=0", "parameterInvalid", "pageSize")]
    [TestCase("pageToken=x", "pageTokenInvalid", "pageToken")]
    public async Task A_wrong_parameter_is_named(string query, string code, string field) =>
        (await (await Service.NewWorkspaceAsync()).GetAsync($"{Path}?{query}")).AssertRefused(400, code, field);

    [TestCase("jrn_00000000000000000000000000")]
    [TestCase("nothing")]
    public async Task A_journey_that_is_not_there_is_not_found(string id) => await AssertNotThereAsync(await Service.NewWorkspaceAsync(), id);

    [Test]
    public async Task The_journey_of_another_tenant_is_not_there()
    {
        var owner = await Service.NewWorkspaceAsync();
        var journey = (await owner.PostAsync(Path, """{"name":"a"}""")).Json;
        var workspace = await Service.NewWorkspaceAsync();
        await AssertNotThereAsync(workspace, (string)journey["id"]!);
        (await workspace.GetAsync($"{Path}/{journey["id"]}/entries")).AssertRefused(404, "journeyNotFound");
        Assert.That((await workspace.GetAsync(Path)).Json["journeys"]!.AsArray(), Is.Empty);
        Assert.That((await owner.GetAsync($"{Path}/{journey["id"]}")).Json.ToJsonString(), Is.EqualTo(journey.ToJsonString()));
    }

    /// <summary>Everything but its entries, which stay readable where it was deleted.</summary>
    internal static async Task AssertNotThereAsync(Workspace workspace, string id)
    {
        (await workspace.GetAsync($"{Path}/{id}")).AssertRefused(404, "journeyNotFound");
        (await workspace.PatchAsync($"{Path}/{id}", """{"name":"mine"}""")).AssertRefused(404, "journeyNotFound");
        (await workspace.DeleteAsync($"{Path}/{id}")).AssertRefused(404, "journeyNotFound");
        (await workspace.PostAsync($"{Path}/{id}/activate", "")).AssertRefused(404, "journeyNotFound");
        (await workspace.PostAsync($"{Path}/{id}/pause", "")).AssertRefused(404, "journeyNotFound");
        (await workspace.PostAsync($"{Path}/{id}/entries/ent_00000000000000000000000000/redeliver", "")).AssertRefused(404, "journeyNotFound");
    }
}
