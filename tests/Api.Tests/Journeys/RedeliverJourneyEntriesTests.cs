using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using Npgsql;

namespace Flownally.Api.Tests.Journeys;

public sealed class RedeliverJourneyEntriesTests
{
    private static readonly string[] States = ["none", "pending", "delivered", "failed"];

    [TestCase("""{"states":["failed"]}""", "failed 1", "failed 2", "failed 3")]
    [TestCase("""{"states":["delivered"],"enteredFrom":"2026-01-31T09:30:02Z"}""", "delivered 2", "delivered 3")]
    [TestCase("""{"states":["none","failed"],"enteredTo":"2026-01-31T09:30:02Z"}""", "none 1", "failed 1")]
    [TestCase("""{"states":["pending","pending"],"enteredFrom":"2026-01-31T10:30:02+01:00","enteredTo":"2026-01-31T09:30:03Z"}""", "pending 2")]
    [TestCase("""{"states":["failed"],"enteredFrom":"2026-01-31T09:30:03.000001Z"}""")]
    public async Task Entries_of_these_states_and_times_are_due_at_once_and_no_others(string body, params string[] expected)
    {
        var (workspace, journey) = await NewJourneyAsync();
        var names = new Dictionary<string, string>();
        foreach (var (second, state) in from second in Enumerable.Range(1, 3) from state in States select (second, state))
        {
            var ids = await StoredJourneys.EnterAsync(workspace.Tenant, journey, once: false, state: state, attempts: 7, next: Time(second).AddYears(90), entered: Time(second));
            names.Add(ids.Single(), $"{state} {second}");
        }

        var answer = await workspace.PostAsync($"/v1/journeys/{journey}/redeliver", body);
        Assert.That((answer.Status, answer.Text), Is.EqualTo((202, $$"""{"redelivered":{{expected.Length}}}""")));
        var again = await AskAsync<Guid[]>($"SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM journey_entries WHERE journey_id = '{IdOf(journey)}' AND redeliveries = 1");
        Assert.That(again.Select(id => names[new JourneyEntryId(id).ToString()]), Is.EquivalentTo(expected));
        Assert.That(await AskAsync<long>($"SELECT count(*) FROM journey_entries WHERE journey_id = '{IdOf(journey)}' AND redeliveries = 0 AND attempts = 7"), Is.EqualTo(12 - expected.Length));
    }

    [Test]
    public async Task A_walk_takes_up_a_thousand_at_a_time_and_each_entry_once()
    {
        var (workspace, journey) = await NewJourneyAsync();
        await StoredJourneys.EnterAsync(workspace.Tenant, journey, count: 2_300, state: "delivered", attempts: 1);
        var first = await RedeliverAsync(workspace, journey, """ "states":["delivered"] """);
        var second = await RedeliverAsync(workspace, journey, $$""" "states":["delivered"],"pageToken":"{{first.Next}}" """);

        // An answer was lost, and meanwhile what was taken up has been delivered.
        await DeliverAsync(journey);
        var again = await RedeliverAsync(workspace, journey, $$""" "states":["delivered"],"pageToken":"{{first.Next}}" """);
        var third = await RedeliverAsync(workspace, journey, $$""" "states":["delivered"],"pageToken":"{{second.Next}}" """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.Count, second.Count, again.Count, third.Count), Is.EqualTo((1_000, 1_000, 300, 0)));
            Assert.That((again.Next, third.Next), Is.EqualTo(((string?)null, (string?)null)));
            Assert.That(await AskAsync<long>($"SELECT count(*) FROM journey_entries WHERE journey_id = '{IdOf(journey)}' AND redeliveries = 1"), Is.EqualTo(2_300));
        }

        await DeliverAsync(journey);
        Assert.That((await RedeliverAsync(workspace, journey, """ "states":["delivered"] """)).Count, Is.EqualTo(1_000), "Another walk begins.");
    }

    [Test]
    public async Task What_waits_for_an_attempt_at_once_stays_as_it_is()
    {
        var (workspace, journey) = await NewJourneyAsync();
        await StoredJourneys.EnterAsync(workspace.Tenant, journey, state: "pending", attempts: 0, next: Time(1).AddYears(90));
        Assert.That((await RedeliverAsync(workspace, journey, """ "states":["pending"] """)).Count, Is.Zero);
        Assert.That(await AskAsync<int>($"SELECT redeliveries FROM journey_entries WHERE journey_id = '{IdOf(journey)}'"), Is.Zero, "It is still a first attempt.");
    }

    [Test]
    public async Task Many_calls_at_once_take_up_each_entry_once()
    {
        var (workspace, journey) = await NewJourneyAsync();
        await StoredJourneys.EnterAsync(workspace.Tenant, journey, count: 900, state: "failed", attempts: 11);
        var walks = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RedeliverAsync(workspace, journey, """ "states":["failed"] """)));
        Assert.That(walks.Sum(walk => walk.Count), Is.EqualTo(900));
        Assert.That(await AskAsync<int>($"SELECT max(redeliveries) FROM journey_entries WHERE journey_id = '{IdOf(journey)}'"), Is.EqualTo(1));
    }

    [TestCase("{}", 422, "validationFailed", "/states")]
    [TestCase("""{"states":[]}""", 422, "validationFailed", "/states")]
    [TestCase("""{"states":null}""", 422, "validationFailed", "/states")]
    [TestCase("""{"states":"failed"}""", 422, "validationFailed", "/states")]
    [TestCase("""{"states":["failed","Failed",3,null]}""", 422, "validationFailed", "/states/1", "/states/2", "/states/3")]
    [TestCase("""{"states":["failed"],"enteredFrom":"2026-01-31"}""", 422, "validationFailed", "/enteredFrom")]
    [TestCase("""{"states":["failed"],"state":"failed"}""", 422, "unknownField", "/state")]
    [TestCase("""{"states":["failed"],"pageToken":"x"}""", 400, "pageTokenInvalid", "/pageToken")]
    public async Task Each_fault_is_named(string body, int status, string code, params string[] fields)
    {
        var (workspace, journey) = await NewJourneyAsync();
        (await workspace.PostAsync($"/v1/journeys/{journey}/redeliver", body)).AssertRefused(status, code, fields);
    }

    [Test]
    public async Task A_token_is_good_for_its_walk_only()
    {
        var (workspace, journey) = await NewJourneyAsync();
        await StoredJourneys.EnterAsync(workspace.Tenant, journey, count: 1_000, state: "failed", attempts: 11);
        var next = (await RedeliverAsync(workspace, journey, """ "states":["failed"] """)).Next;
        var (_, another) = await NewJourneyAsync(workspace);
        (await workspace.PostAsync($"/v1/journeys/{another}/redeliver", $$"""{"states":["failed"],"pageToken":"{{next}}"}""")).AssertRefused(400, "pageTokenInvalid", "/pageToken");
        (await workspace.PostAsync($"/v1/journeys/{journey}/redeliver", $$"""{"states":["none"],"pageToken":"{{next}}"}""")).AssertRefused(400, "pageTokenInvalid", "/pageToken");
        Assert.That((await RedeliverAsync(workspace, journey, $$""" "states":["failed"],"pageToken":"{{next}}" """)).Next, Is.Null);
    }

    [Test]
    public async Task Who_may_not_change_journeys_and_whoever_has_no_target_is_refused()
    {
        var (workspace, journey) = await NewJourneyAsync();
        var reader = workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, Role.Owner, [Scopes.JourneyRead]));
        var viewer = workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, Role.Viewer, Scopes.All));
        var stranger = await Service.NewWorkspaceAsync();
        var untold = (string)(await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json["id"]!;
        const string Body = """{"states":["failed"]}""";
        (await reader.PostAsync($"/v1/journeys/{journey}/redeliver", Body)).AssertRefused(403, "scopeMissing");
        (await viewer.PostAsync($"/v1/journeys/{journey}/redeliver", Body)).AssertRefused(403, "roleNotAllowed");
        (await stranger.PostAsync($"/v1/journeys/{journey}/redeliver", Body)).AssertRefused(404, "journeyNotFound");
        (await workspace.PostAsync($"/v1/journeys/{untold}/redeliver", Body)).AssertRefused(409, "journeyTargetMissing");
    }

    private static DateTimeOffset Time(int second) => new(2026, 1, 31, 9, 30, second, TimeSpan.Zero);

    private static Guid IdOf(string journey) => JourneyId.Parse(journey).Value;

    private static async Task<(int Count, string? Next)> RedeliverAsync(Workspace workspace, string journey, string members)
    {
        var answer = await workspace.PostAsync($"/v1/journeys/{journey}/redeliver", $"{{{members}}}");
        Assert.That(answer.Status, Is.EqualTo(202), answer.Text);
        return ((int)answer.Json["redelivered"]!, (string?)answer.Json["nextPageToken"]);
    }

    /// <summary>As if all webhooks that are due had been sent.</summary>
    private static async Task DeliverAsync(string journey)
    {
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var deliver = database.CreateCommand($"UPDATE journey_entries SET delivery_state = 'delivered', attempts = 1 WHERE journey_id = '{IdOf(journey)}'");
        await deliver.ExecuteNonQueryAsync();
    }

    private static async Task<T> AskAsync<T>(string sql)
    {
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var ask = database.CreateCommand(sql);
        return (T)(await ask.ExecuteScalarAsync())!;
    }

    private static async Task<(Workspace Workspace, string Journey)> NewJourneyAsync(Workspace? workspace = null)
    {
        workspace ??= await Service.NewWorkspaceAsync();
        var journey = await workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"https://receiver.invalid","secret":"{{Webhooks.Secret}}"} }""");
        return (workspace, (string)journey.Json["id"]!);
    }
}
