namespace Flownally.Api.Tests.Journeys;

public sealed class DeleteJourneyTests
{
    [Test]
    public async Task A_deleted_journey_is_gone_but_for_its_entries()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var journey = (await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json;
        var address = $"/v1/journeys/{journey["id"]}";
        await StoredJourneys.EnterAsync(workspace.Tenant, (string)journey["id"]!, count: 2);
        var entries = await workspace.GetAsync($"{address}/entries");

        var answer = await workspace.DeleteAsync(address);
        Assert.That((answer.Status, answer.Text), Is.EqualTo((204, "")));
        await GetJourneysTests.AssertNotThereAsync(workspace, (string)journey["id"]!);
        Assert.That((await workspace.GetAsync("/v1/journeys")).Text, Is.EqualTo("""{"journeys":[],"totalSize":0}"""));
        Assert.That((int)entries.Json["totalSize"]!, Is.EqualTo(2));
        Assert.That((await workspace.GetAsync($"{address}/entries")).Text, Is.EqualTo(entries.Text));
    }

    [TestCase("\"1\"", 204)]
    [TestCase("\"2\"", 412)]
    public async Task A_condition_must_hold(string ifMatch, int status)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var journey = (await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json;
        Assert.That((await workspace.DeleteAsync($"/v1/journeys/{journey["id"]}", ifMatch)).Status, Is.EqualTo(status));
    }
}
