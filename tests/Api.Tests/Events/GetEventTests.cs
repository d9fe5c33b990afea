namespace Flownally.Api.Tests.Events;

public sealed class GetEventTests
{
    [TestCase("evt_00000000000000000000000000")]
    [TestCase("evt_0")]
    [TestCase("nothing")]
    public async Task An_event_that_is_not_there_is_not_found(string id) =>
        (await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/events/{id}")).AssertRefused(404, "eventNotFound");

    [Test]
    public async Task The_event_of_another_tenant_is_not_there()
    {
        var recorded = await (await Service.NewWorkspaceAsync()).RecordedAsync("ctc_1");
        (await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/events/{recorded["id"]}")).AssertRefused(404, "eventNotFound");
    }
}
