using Flownally.Api.Tests.Postgres;

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

    [Test]
    public async Task A_type_in_the_trigger_of_a_journey_stays_until_the_journey_lets_go_of_it()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var first = $"/v1/event-types/{(await Service.NewTypeAsync(workspace.Tenant, "order.paid")).Id}";
        var second = $"/v1/event-types/{(await Service.NewTypeAsync(workspace.Tenant, "order.sent")).Id}";
        var journey = $"/v1/journeys/{(await workspace.PostAsync("/v1/journeys", Triggered(first))).Json["id"]}";
        var answer = await workspace.DeleteAsync(first);
        answer.AssertRefused(409, "eventTypeInUse");
        Assert.That((string)answer.Json["detail"]!, Does.Contain("journeys"));

        await workspace.PatchAsync(journey, Triggered(second));
        Assert.That((await workspace.DeleteAsync(first)).Status, Is.EqualTo(204));
        (await workspace.DeleteAsync(second)).AssertRefused(409, "eventTypeInUse");
        await workspace.DeleteAsync(journey);
        Assert.That((await workspace.DeleteAsync(second)).Status, Is.EqualTo(204));
    }

    [Test]
    public async Task Of_a_deletion_and_a_journey_at_the_same_moment_one_wins()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var draft = $"/v1/journeys/{(await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json["id"]}";
        for (var round = 0; round < 20; round++)
        {
            var type = $"/v1/event-types/{(await Service.NewTypeAsync(workspace.Tenant, $"round{round}")).Id}";
            var use = round % 2 == 0 ? workspace.PostAsync("/v1/journeys", Triggered(type)) : workspace.PatchAsync(draft, Triggered(type));
            var deletion = workspace.DeleteAsync(type);
            var outcome = ((await use).Status, (await deletion).Status);
            Assert.That(outcome, Is.EqualTo((round % 2 == 0 ? 201 : 200, 409)).Or.EqualTo((422, 204)));
            Assert.That((await workspace.GetAsync(type)).Status, Is.EqualTo(outcome.Item2 == 409 ? 200 : 404));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_journey_waits_for_a_deletion_that_came_first_and_finds_no_type(bool commits)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        await using var before = await Obstacle.StandAsync("SELECT FROM event_types WHERE id = @id FOR UPDATE", type.Id.Value);
        var use = workspace.PostAsync("/v1/journeys", Triggered($"/v1/event-types/{type.Id}"));
        await before.UntilInTheWayAsync();
        await before.EndAsync("DELETE FROM event_types WHERE id = @id", commits);
        if (commits)
        {
            (await use).AssertRefused(422, "eventTypeUnknown", "/triggerConfig/eventTypeId");
        }
        else
        {
            Assert.That((await use).Status, Is.EqualTo(201));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_deletion_waits_for_a_journey_that_came_first_and_finds_it(bool commits)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        await using var before = await Obstacle.StandAsync("SELECT FROM event_types WHERE id = @id FOR SHARE", type.Id.Value);
        var deletion = workspace.DeleteAsync($"/v1/event-types/{type.Id}");
        await before.UntilInTheWayAsync();
        await before.EndAsync("""
            INSERT INTO journeys (tenant_id, id, name, status, entry_mode, trigger_event_type_id, revision, created_at, updated_at)
            SELECT tenant_id, gen_random_uuid(), 'a', 'draft', 'once', id, 1, now(), now() FROM event_types WHERE id = @id
            """, commits);
        if (commits)
        {
            (await deletion).AssertRefused(409, "eventTypeInUse");
        }
        else
        {
            Assert.That((await deletion).Status, Is.EqualTo(204));
        }
    }

    private static string Triggered(string type) => $$"""{"name":"a","triggerConfig":{"eventTypeId":"{{type[(type.LastIndexOf('/') + 1)..]}}"} }""";
}
