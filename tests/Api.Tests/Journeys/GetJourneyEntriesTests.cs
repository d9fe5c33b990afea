using System.Globalization;

namespace Flownally.Api.Tests.Journeys;

public sealed class GetJourneyEntriesTests
{
    [Test]
    public async Task An_entry_shows_who_entered_with_what_and_whether_the_target_was_told()
    {
        var (workspace, journey) = await NewJourneyAsync();
        var last = DateTimeOffset.Parse("2026-01-31T09:30:00.123456Z", CultureInfo.InvariantCulture);
        var id = (await StoredJourneys.EnterAsync(workspace.Tenant, journey, state: "pending", attempts: 2, last: last, next: last.AddMinutes(2), status: 503)).Single();
        var list = (await workspace.GetAsync($"/v1/journeys/{journey}/entries")).Json;
        var entry = list["entries"]!.AsArray().Single()!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)list["totalSize"]!, Is.EqualTo(1));
            Assert.That(entry.AsObject().Select(member => member.Key), Is.EqualTo(["id", "journeyId", "contactId", "eventId", "enteredAt", "delivery"]));
            Assert.That(((string)entry["id"]!, (string)entry["journeyId"]!, (string)entry["contactId"]!), Is.EqualTo((id, journey, "ctc_1")));
            Assert.That((string)entry["eventId"]!, Is.EqualTo(id.Replace("ent_", "evt_", StringComparison.Ordinal)));
            Assert.That((string)entry["enteredAt"]!, Does.Match("^20.*Z$"));
            Assert.That(entry["delivery"]!.ToJsonString(), Is.EqualTo(
                """{"state":"pending","attempts":2,"lastAttemptAt":"2026-01-31T09:30:00.123456Z","nextAttemptAt":"2026-01-31T09:32:00.123456Z","lastStatus":503,"lastError":"status"}"""));
        }
    }

    [TestCase("none")]
    [TestCase("delivered")]
    [TestCase("failed")]
    public async Task What_there_is_not_is_absent(string state)
    {
        var (workspace, journey) = await NewJourneyAsync();
        await StoredJourneys.EnterAsync(workspace.Tenant, journey, state: state);
        var entry = (await workspace.GetAsync($"/v1/journeys/{journey}/entries")).Json["entries"]![0]!;
        Assert.That(entry["delivery"]!.ToJsonString(), Is.EqualTo($$"""{"state":"{{state}}","attempts":0}"""));
    }

    [TestCase(null, "timeout", "timeout")]
    [TestCase(503, "status", "status")]
    [TestCase(503, null, "status", Description = "written by a program that does not tell errors")]
    [TestCase(204, "timeout", null, Description = "as well")]
    [TestCase(299, null, null)]
    [TestCase(300, null, "status")]
    [TestCase(null, null, null)]
    public async Task The_last_error_is_told(int? status, string? stored, string? shown)
    {
        var (workspace, journey) = await NewJourneyAsync();
        await StoredJourneys.EnterAsync(workspace.Tenant, journey, state: "pending", attempts: 1, last: Time(1), status: status, error: stored);
        var entry = (await workspace.GetAsync($"/v1/journeys/{journey}/entries")).Json["entries"]![0]!;
        Assert.That((string?)entry["delivery"]!["lastError"], Is.EqualTo(shown));
    }

    [TestCase("state=failed", "failed 1", "failed 2", "failed 3")]
    [TestCase("state=pending", "pending 1", "pending 2", "pending 3")]
    [TestCase("state=delivered&enteredFrom=2026-01-31T09:30:02Z", "delivered 2", "delivered 3")]
    [TestCase("state=none&enteredTo=2026-01-31T09:30:02Z", "none 1")]
    [TestCase("state=failed&enteredFrom=2026-01-31T09:30:02Z&enteredTo=2026-01-31T09:30:03Z", "failed 2")]
    [TestCase("state=failed&enteredFrom=2026-01-31T10:30:02.000001%2B01:00", "failed 3")]
    [TestCase("enteredFrom=2026-01-31T09:30:02Z&enteredTo=2026-01-31T09:30:02.000001Z", "none 2", "pending 2", "delivered 2", "failed 2")]
    [TestCase("enteredFrom=2026-01-31T09:30:03Z&enteredTo=2026-01-31T09:30:03Z")]
    [TestCase("enteredFrom=0001-01-01T00:00:00Z&enteredTo=2026-01-31T09:30:01Z")]
    [TestCase("enteredFrom=9999-12-31T23:59:59.999999Z")]
    public async Task Entries_are_found_by_state_and_time(string query, params string[] expected)
    {
        var (workspace, journey) = await NewJourneyAsync();
        var names = new Dictionary<string, string>();
        for (var second = 1; second <= 3; second++)
        {
            foreach (var state in new[] { "none", "pending", "delivered", "failed" })
            {
                var id = await StoredJourneys.EnterAsync(workspace.Tenant, journey, once: false, state: state, next: Time(second).AddYears(90), entered: Time(second));
                names.Add(id.Single(), $"{state} {second}");
            }
        }

        List<string> found = [];
        for (var (token, walks) = ((string?)"", 0); token is not null; walks++)
        {
            var page = (await workspace.GetAsync($"/v1/journeys/{journey}/entries?{query}&pageSize=2{(token.Length > 0 ? $"&pageToken={token}" : "")}")).Json;
            found.AddRange(page["entries"]!.AsArray().Select(entry => names[(string)entry!["id"]!]));
            Assert.That((int)page["totalSize"]!, Is.EqualTo(expected.Length));
            token = (string?)page["nextPageToken"];
        }

        Assert.That(found, Is.EqualTo(expected.Reverse()));
    }

    [Test]
    public async Task A_walk_meets_every_entry_once_newest_first_while_others_are_added()
    {
        var (workspace, journey) = await NewJourneyAsync();
        await StoredJourneys.EnterAsync(workspace.Tenant, (await NewJourneyAsync(workspace)).Journey); // of another journey
        var ids = await StoredJourneys.EnterAsync(workspace.Tenant, journey, count: 5);
        List<string> met = [];
        var total = 5;
        for (var token = (string?)""; token is not null;)
        {
            var page = (await workspace.GetAsync($"/v1/journeys/{journey}/entries?pageSize=2{(token.Length > 0 ? $"&pageToken={token}" : "")}")).Json;
            met.AddRange(page["entries"]!.AsArray().Select(entry => (string)entry!["id"]!));
            Assert.That((int)page["totalSize"]!, Is.EqualTo(total));
            token = (string?)page["nextPageToken"];
            total += (await StoredJourneys.EnterAsync(workspace.Tenant, journey, once: false)).Count;
        }

        Assert.That(met, Is.EqualTo(ids.Reverse()));
    }

    [TestCase("pageSize=0", "parameterInvalid", "pageSize")]
    [TestCase("pageToken=x", "pageTokenInvalid", "pageToken")]
    [TestCase("state=Failed", "parameterInvalid", "state")]
    [TestCase("state=3", "parameterInvalid", "state")]
    [TestCase("state=", "parameterInvalid", "state")]
    [TestCase("state=failed&state=none", "parameterInvalid", "state")]
    [TestCase("enteredFrom=2026-01-31", "parameterInvalid", "enteredFrom")]
    [TestCase("enteredTo=2026-01-31T09:30:00", "parameterInvalid", "enteredTo")]
    public async Task A_wrong_parameter_is_named(string query, string code, string field)
    {
        var (workspace, journey) = await NewJourneyAsync();
        (await workspace.GetAsync($"/v1/journeys/{journey}/entries?{query}")).AssertRefused(400, code, field);
    }

    [Test]
    public async Task A_token_is_good_for_its_journey_only()
    {
        var (workspace, journey) = await NewJourneyAsync();
        await StoredJourneys.EnterAsync(workspace.Tenant, journey, count: 2);
        var token = (string)(await workspace.GetAsync($"/v1/journeys/{journey}/entries?pageSize=1")).Json["nextPageToken"]!;
        var other = (await NewJourneyAsync(workspace)).Journey;
        (await workspace.GetAsync($"/v1/journeys/{other}/entries?pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
    }

    [TestCase("jrn_00000000000000000000000000")]
    [TestCase("nothing")]
    public async Task A_journey_that_never_was_is_not_found(string id) =>
        (await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/journeys/{id}/entries")).AssertRefused(404, "journeyNotFound");

    [Test]
    public async Task A_journey_without_entries_has_an_empty_list()
    {
        var (workspace, journey) = await NewJourneyAsync();
        Assert.That((await workspace.GetAsync($"/v1/journeys/{journey}/entries")).Text, Is.EqualTo("""{"entries":[],"totalSize":0}"""));
    }

    private static DateTimeOffset Time(int second) => new(2026, 1, 31, 9, 30, second, TimeSpan.Zero);

    private static async Task<(Workspace Workspace, string Journey)> NewJourneyAsync(Workspace? workspace = null)
    {
        workspace ??= await Service.NewWorkspaceAsync();
        return (workspace, (string)(await workspace.PostAsync("/v1/journeys", """{"name":"a"}""")).Json["id"]!);
    }
}
