namespace Flownally.Api.Tests.Journeys;

public sealed class RedeliverJourneyEntryTests
{
    private static readonly DateTimeOffset Long = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [TestCase("failed", 11)]
    [TestCase("delivered", 1)]
    [TestCase("pending", 3)]
    public async Task An_entry_is_due_at_once_whatever_became_of_it(string state, int attempts)
    {
        var (workspace, journey) = await NewJourneyAsync();
        var before = TimeProvider.System.GetUtcNow();
        var ids = await StoredJourneys.EnterAsync(workspace.Tenant, journey, count: 2, state: state, attempts: attempts, last: Long, next: Long.AddYears(9), status: 500);
        var answer = await workspace.PostAsync($"/v1/journeys/{journey}/entries/{ids[0]}/redeliver", "");
        var delivery = answer.Json["delivery"]!;
        var list = (await workspace.GetAsync($"/v1/journeys/{journey}/entries")).Json["entries"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(202), answer.Text);
            Assert.That((string)answer.Json["id"]!, Is.EqualTo(ids[0]));
            Assert.That(((string)delivery["state"]!, (int)delivery["attempts"]!), Is.EqualTo(("pending", 0)));
            Assert.That((DateTimeOffset)delivery["nextAttemptAt"]!, Is.InRange(before.AddMilliseconds(-1), TimeProvider.System.GetUtcNow()));
            Assert.That(((DateTimeOffset)delivery["lastAttemptAt"]!, (int)delivery["lastStatus"]!), Is.EqualTo((Long, 500)), "the last attempt was what it was");
            Assert.That(list[1]!.ToJsonString(), Is.EqualTo(answer.Json.ToJsonString()));
            Assert.That(((string)list[0]!["delivery"]!["state"]!, (int)list[0]!["delivery"]!["attempts"]!), Is.EqualTo((state, attempts)), "no other is touched");
        }
    }

    [Test]
    public async Task An_entry_that_was_never_to_be_delivered_can_be_once_there_is_a_target()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var journey = (string)(await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json["id"]!;
        var address = $"/v1/journeys/{journey}/entries/{(await StoredJourneys.EnterAsync(workspace.Tenant, journey, state: "none")).Single()}/redeliver";
        (await workspace.PostAsync(address, "")).AssertRefused(409, "journeyTargetMissing");
        Assert.That((string)(await workspace.GetAsync($"/v1/journeys/{journey}/entries")).Json["entries"]![0]!["delivery"]!["state"]!, Is.EqualTo("none"));
        await workspace.PatchAsync($"/v1/journeys/{journey}", $$"""{"target":{"url":"https://a.example","secret":"{{Webhooks.Secret}}"} }""");
        Assert.That((await workspace.PostAsync(address, "")).Status, Is.EqualTo(202));
    }

    [TestCase("ent_00000000000000000000000000")]
    [TestCase("nothing")]
    public async Task An_entry_that_is_not_there_is_not_found(string entry)
    {
        var (workspace, journey) = await NewJourneyAsync();
        (await workspace.PostAsync($"/v1/journeys/{journey}/entries/{entry}/redeliver", "")).AssertRefused(404, "journeyEntryNotFound");
    }

    [Test]
    public async Task An_entry_of_another_journey_or_tenant_is_not_there()
    {
        var (workspace, journey) = await NewJourneyAsync();
        var (stranger, theirs) = await NewJourneyAsync();
        var (_, another) = await NewJourneyAsync(workspace);
        var entry = (await StoredJourneys.EnterAsync(workspace.Tenant, journey, state: "failed")).Single();
        (await workspace.PostAsync($"/v1/journeys/{another}/entries/{entry}/redeliver", "")).AssertRefused(404, "journeyEntryNotFound");
        (await stranger.PostAsync($"/v1/journeys/{theirs}/entries/{entry}/redeliver", "")).AssertRefused(404, "journeyEntryNotFound");
        (await stranger.PostAsync($"/v1/journeys/{journey}/entries/{entry}/redeliver", "")).AssertRefused(404, "journeyNotFound");
        Assert.That((string)(await workspace.GetAsync($"/v1/journeys/{journey}/entries")).Json["entries"]![0]!["delivery"]!["state"]!, Is.EqualTo("failed"));
    }

    private static async Task<(Workspace Workspace, string Journey)> NewJourneyAsync(Workspace? workspace = null)
    {
        workspace ??= await Service.NewWorkspaceAsync();
        var journey = await workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"https://a.example","secret":"{{Webhooks.Secret}}"} }""");
        return (workspace, (string)journey.Json["id"]!);
    }
}
