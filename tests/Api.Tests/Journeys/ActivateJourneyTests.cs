namespace Flownally.Api.Tests.Journeys;

public sealed class ActivateJourneyTests
{
    [Test]
    public async Task A_journey_is_activated_and_paused_and_activated_again()
    {
        var (workspace, address) = await NewJourneyAsync();
        foreach (var (deed, status, tag) in new[] { ("activate", "active", "\"2\""), ("pause", "paused", "\"3\""), ("activate", "active", "\"4\"") })
        {
            var answer = await workspace.PostAsync($"{address}/{deed}", "");
            using (Assert.EnterMultipleScope())
            {
                Assert.That((answer.Status, (string)answer.Json["status"]!), Is.EqualTo((200, status)));
                Assert.That(answer.Headers.ETag!.Tag, Is.EqualTo(tag));
                Assert.That((await workspace.GetAsync(address)).Text, Is.EqualTo(answer.Text));
            }
        }
    }

    [Test]
    public async Task Doing_it_twice_is_the_same_as_once()
    {
        var (workspace, address) = await NewJourneyAsync();
        var draft = await workspace.GetAsync(address);
        Assert.That((await workspace.PostAsync($"{address}/pause", "")).Text, Is.EqualTo(draft.Text), "a draft stays a draft");
        var active = await workspace.PostAsync($"{address}/activate", "");
        Assert.That((await workspace.PostAsync($"{address}/activate", "")).Text, Is.EqualTo(active.Text));
        var paused = await workspace.PostAsync($"{address}/pause", "");
        Assert.That((await workspace.PostAsync($"{address}/pause", "")).Text, Is.EqualTo(paused.Text));
        Assert.That((await workspace.GetAsync(address)).Headers.ETag!.Tag, Is.EqualTo("\"3\""));
    }

    [Test]
    public async Task Without_a_trigger_it_cannot_be_activated()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var address = $"/v1/journeys/{(await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json["id"]}";
        (await workspace.PostAsync($"{address}/activate", "")).AssertRefused(409, "journeyNotReady");
        Assert.That((string)(await workspace.GetAsync(address)).Json["status"]!, Is.EqualTo("draft"));
    }

    [TestCase("activate", "\"1\"", 200)]
    [TestCase("activate", "\"2\"", 412)]
    [TestCase("pause", "\"1\"", 200)]
    [TestCase("pause", "\"2\"", 412)]
    [TestCase("pause", "1", 400)]
    public async Task A_condition_must_hold(string deed, string ifMatch, int status)
    {
        var (workspace, address) = await NewJourneyAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/{deed}");
        request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        Assert.That((await workspace.SendAsync(request)).Status, Is.EqualTo(status));
    }

    private static async Task<(Workspace Workspace, string Address)> NewJourneyAsync()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        var journey = await workspace.PostAsync("/v1/journeys", $$"""{"name":"a","triggerConfig":{"eventTypeId":"{{type.Id}}"} }""");
        return (workspace, $"/v1/journeys/{journey.Json["id"]}");
    }
}
