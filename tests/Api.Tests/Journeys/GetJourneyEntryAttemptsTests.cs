namespace Flownally.Api.Tests.Journeys;

public sealed class GetJourneyEntryAttemptsTests
{
    private static readonly DateTimeOffset Time = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero).AddTicks(10);

    [Test]
    public async Task Attempts_are_listed_latest_first_each_with_its_time_and_its_end()
    {
        var (workspace, journey, entry) = await NewEntryAsync();
        await StoredJourneys.AttemptAsync(workspace.Tenant, journey, entry, Time, TimeSpan.FromMilliseconds(15_000.4), error: "timeout");
        await StoredJourneys.AttemptAsync(workspace.Tenant, journey, entry, Time.AddSeconds(5), TimeSpan.FromMilliseconds(41), 503, "status");
        await StoredJourneys.AttemptAsync(workspace.Tenant, journey, entry, Time.AddSeconds(35), TimeSpan.FromMilliseconds(0.4), 204);
        Assert.That((await workspace.GetAsync(Address(journey, entry))).Text, Is.EqualTo("""
            {"attempts":[{"at":"2026-01-31T09:30:35.000001Z","duration":0,"status":204},{"at":"2026-01-31T09:30:05.000001Z","duration":0.041,"status":503,"error":"status"},{"at":"2026-01-31T09:30:00.000001Z","duration":15,"error":"timeout"}],"totalSize":3}
            """.Trim()));
    }

    [Test]
    public async Task A_walk_meets_every_attempt_once()
    {
        var (workspace, journey, entry) = await NewEntryAsync();
        for (var i = 0; i < 5; i++)
        {
            await StoredJourneys.AttemptAsync(workspace.Tenant, journey, entry, Time.AddTicks(10 * i), TimeSpan.FromSeconds(1), 500 + i, "status");
        }

        List<int> met = [];
        for (var token = (string?)""; token is not null;)
        {
            var page = (await workspace.GetAsync($"{Address(journey, entry)}?pageSize=2{(token.Length > 0 ? $"&pageToken={token}" : "")}")).Json;
            met.AddRange(page["attempts"]!.AsArray().Select(attempt => (int)attempt!["status"]!));
            Assert.That((int)page["totalSize"]!, Is.EqualTo(5));
            token = (string?)page["nextPageToken"];
        }

        Assert.That(met, Is.EqualTo([504, 503, 502, 501, 500]));
    }

    [Test]
    public async Task An_entry_that_was_not_told_of_yet_has_none()
    {
        var (workspace, journey, entry) = await NewEntryAsync();
        Assert.That((await workspace.GetAsync(Address(journey, entry))).Text, Is.EqualTo("""{"attempts":[],"totalSize":0}"""));
    }

    [Test]
    public async Task Attempts_stay_when_the_journey_is_deleted()
    {
        var (workspace, journey, entry) = await NewEntryAsync();
        await StoredJourneys.AttemptAsync(workspace.Tenant, journey, entry, Time, TimeSpan.FromSeconds(1), 200);
        await workspace.DeleteAsync($"/v1/journeys/{journey}");
        Assert.That((int)(await workspace.GetAsync(Address(journey, entry))).Json["totalSize"]!, Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_of_another_journey_or_tenant_is_not_there()
    {
        var (workspace, journey, entry) = await NewEntryAsync();
        var (stranger, theirs, _) = await NewEntryAsync();
        var another = (string)(await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json["id"]!;
        (await workspace.GetAsync(Address(another, entry))).AssertRefused(404, "journeyEntryNotFound");
        (await stranger.GetAsync(Address(theirs, entry))).AssertRefused(404, "journeyEntryNotFound");
        (await stranger.GetAsync(Address(journey, entry))).AssertRefused(404, "journeyNotFound");
        (await workspace.GetAsync(Address(journey, "nothing"))).AssertRefused(404, "journeyEntryNotFound");
        (await workspace.GetAsync(Address("nothing", entry))).AssertRefused(404, "journeyNotFound");
    }

    [Test]
    public async Task Attempts_go_with_their_entry()
    {
        await using var service = await OwnService.StartAsync("attempts_go");
        await service.ExecuteAsync("""
            WITH entry AS (
                INSERT INTO journey_entries (tenant_id, id, journey_id, contact_id, event_id, entered_at, once, delivery_state)
                SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'ctc_' || n, gen_random_uuid(), now(), true, 'delivered'
                FROM   generate_series(1, 2) n
                RETURNING tenant_id, journey_id, id
            )
            INSERT INTO journey_attempts (tenant_id, journey_id, entry_id, at, duration, status)
            SELECT tenant_id, journey_id, id, now(), '1 second', 200
            FROM   entry
            """);
        await service.ExecuteAsync("DELETE FROM journey_entries WHERE contact_id = 'ctc_1'");
        Assert.That(await service.AskAsync<long>("SELECT count(*) FROM journey_attempts"), Is.EqualTo([1L]));
    }

    private static string Address(string journey, string entry) => $"/v1/journeys/{journey}/entries/{entry}/attempts";

    private static async Task<(Workspace Workspace, string Journey, string Entry)> NewEntryAsync()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var journey = (string)(await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json["id"]!;
        return (workspace, journey, (await StoredJourneys.EnterAsync(workspace.Tenant, journey, state: "delivered")).Single());
    }
}
