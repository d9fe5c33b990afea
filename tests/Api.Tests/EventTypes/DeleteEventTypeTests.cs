namespace Flownally.Api.Tests.EventTypes;

public sealed class DeleteEventTypeTests
{
    [Test]
    public async Task A_type_without_events_can_be_deleted_and_its_name_is_free_again()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var address = $"/v1/event-types/{(await Service.NewTypeAsync(workspace.Tenant, "order.paid")).Id}";
        var answer = await workspace.DeleteAsync(address);
        Assert.That((answer.Status, answer.Text), Is.EqualTo((204, "")));
        (await workspace.DeleteAsync(address)).AssertRefused(404, "eventTypeNotFound");
        (await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""")).AssertRefused(422, "eventTypeUnknown", "/eventTypeName");
        await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        Assert.That((await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task A_type_with_events_stays()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var address = $"/v1/event-types/{(await Service.NewTypeAsync(workspace.Tenant, "order.paid")).Id}";
        await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""");
        (await workspace.DeleteAsync(address)).AssertRefused(409, "eventTypeInUse");
        Assert.That((await workspace.GetAsync(address)).Status, Is.EqualTo(200));
    }

    [TestCase("\"1\"", 204)]
    [TestCase("\"2\"", 412)]
    public async Task A_condition_must_hold(string ifMatch, int status)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        Assert.That((await workspace.DeleteAsync($"/v1/event-types/{type.Id}", ifMatch)).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task Of_a_deletion_and_a_first_event_at_the_same_moment_one_wins()
    {
        var workspace = await Service.NewWorkspaceAsync();
        for (var round = 0; round < 20; round++)
        {
            var type = await Service.NewTypeAsync(workspace.Tenant, $"round{round}");
            var recording = workspace.RecordAsync("ctc_1", $$"""{"eventTypeId":"{{type.Id}}"}""");
            var deletion = workspace.DeleteAsync($"/v1/event-types/{type.Id}");
            var outcome = ((await recording).Status, (await deletion).Status);
            Assert.That(outcome, Is.EqualTo((201, 409)).Or.EqualTo((422, 204)));
            Assert.That((await workspace.GetAsync($"/v1/event-types/{type.Id}")).Status, Is.EqualTo(outcome.Item1 == 201 ? 200 : 404));
        }
    }
}
