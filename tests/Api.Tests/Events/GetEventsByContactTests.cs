namespace Flownally.Api.Tests.Events;

public sealed class GetEventsByContactTests
{
    [Test]
    public async Task The_timeline_of_an_unknown_contact_is_empty()
    {
        var answer = await (await Service.NewWorkspaceAsync()).GetAsync("/v1/contacts/ctc_unheard/events");
        Assert.That(answer.Text, Is.EqualTo("""{"events":[],"totalSize":0}"""));
    }

    [Test]
    public async Task The_latest_moment_comes_first_and_of_equals_the_last_recorded()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var early = await workspace.RecordedAsync("ctc_1", ",\"occurredAt\":\"2026-01-01T00:00:00Z\"");
        var late = await workspace.RecordedAsync("ctc_1", ",\"occurredAt\":\"2026-01-02T00:00:00Z\"");
        var equal = await workspace.RecordedAsync("ctc_1", ",\"occurredAt\":\"2026-01-01T00:00:00Z\"");
        var list = (await workspace.GetAsync("/v1/contacts/ctc_1/events")).Json["events"]!.AsArray();
        Assert.That(list.Select(e => (string)e!["id"]!), Is.EqualTo(new[] { late, equal, early }.Select(e => (string)e["id"]!)));
    }

    [Test]
    public async Task A_walk_meets_every_event_once_while_others_are_added()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var expected = new HashSet<string>();
        for (var i = 0; i < 7; i++)
        {
            expected.Add((string)(await workspace.RecordedAsync("ctc_1", $",\"occurredAt\":\"2026-01-01T00:00:0{i / 3}Z\""))["id"]!);
        }

        List<string> met = [];
        for (var token = (string?)""; token is not null;)
        {
            var page = (await workspace.GetAsync($"/v1/contacts/ctc_1/events?pageSize=2&pageToken={token}")).Json;
            met.AddRange(page["events"]!.AsArray().Select(e => (string)e!["id"]!));
            token = (string?)page["nextPageToken"];
            await workspace.RecordedAsync("ctc_1", ",\"occurredAt\":\"2026-01-01T00:00:01Z\"");
        }

        Assert.That(met, Is.Unique);
        Assert.That(expected, Is.SubsetOf(met));
    }

    [Test]
    public async Task The_total_is_that_of_the_filter_on_every_page_and_the_last_page_has_no_token()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        for (var i = 0; i < 3; i++)
        {
            await workspace.RecordedAsync("ctc_1");
            await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""");
        }

        var first = (await workspace.GetAsync($"/v1/contacts/ctc_1/events?eventTypeId={type.Id}&pageSize=2")).Json;
        var last = (await workspace.GetAsync($"/v1/contacts/ctc_1/events?eventTypeId={type.Id}&pageSize=2&pageToken={first["nextPageToken"]}")).Json;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)first["totalSize"]!, Is.EqualTo(3));
            Assert.That((int)last["totalSize"]!, Is.EqualTo(3));
            Assert.That(last["events"]!.AsArray(), Has.Count.EqualTo(1));
            Assert.That(last.AsObject().ContainsKey("nextPageToken"), Is.False);
        }
    }

    [TestCase("pageSize=0", "pageSize")]
    [TestCase("pageSize=-1", "pageSize")]
    [TestCase("pageSize=ten", "pageSize")]
    [TestCase("pageSize=", "pageSize")]
    [TestCase("pageSize=1&pageSize=2", "pageSize")]
    [TestCase("eventTypeId=nothing", "eventTypeId")]
    [TestCase("eventTypeId=", "eventTypeId")]
    public async Task A_wrong_parameter_is_named(string query, string field) =>
        (await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/contacts/ctc_1/events?{query}")).AssertRefused(400, "parameterInvalid", field);

    [Test]
    public async Task A_page_holds_50_by_default_and_200_at_most()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await Task.WhenAll(Enumerable.Range(0, 205).Select(_ => workspace.RecordedAsync("ctc_1")));
        (string Query, int Count)[] cases = [("", 50), ("?pageSize=1", 1), ("?pageSize=199", 199), ("?pageSize=200", 200), ("?pageSize=201", 200), ("?pageSize=99999999999999999999", 200)];
        foreach (var (query, count) in cases)
        {
            var page = (await workspace.GetAsync($"/v1/contacts/ctc_1/events{query}")).Json;
            Assert.That((page["events"]!.AsArray().Count, (int)page["totalSize"]!, page["nextPageToken"] is null), Is.EqualTo((count, 205, false)));
        }
    }

    [Test]
    public async Task A_well_formed_filter_that_names_nothing_gives_an_empty_list()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        var answer = await workspace.GetAsync("/v1/contacts/ctc_1/events?eventTypeId=evt-type_00000000000000000000000000");
        Assert.That(answer.Text, Is.EqualTo("""{"events":[],"totalSize":0}"""));
    }

    [Test]
    public async Task A_token_is_good_for_its_own_list_only()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        await workspace.RecordedAsync("ctc_1");
        var token = (string)(await workspace.GetAsync("/v1/contacts/ctc_1/events?pageSize=1")).Json["nextPageToken"]!;
        var other = await Service.NewWorkspaceAsync();
        (await workspace.GetAsync($"/v1/contacts/ctc_2/events?pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
        (await other.GetAsync($"/v1/contacts/ctc_1/events?pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
        (await workspace.GetAsync($"/v1/contacts/ctc_1/events?pageToken={token[..^4]}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
        (await workspace.GetAsync("/v1/contacts/ctc_1/events?pageToken=%00")).AssertRefused(400, "pageTokenInvalid", "pageToken");
    }

    [TestCase("ctc%201")]
    [TestCase("a%2Fb")]
    public async Task A_malformed_contact_is_not_there_and_nothing_can_be_recorded_of_it(string contact)
    {
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.GetAsync($"/v1/contacts/{contact}/events")).AssertRefused(404, "contactNotFound");
        var refused = await workspace.RecordAsync(contact, """{"eventTypeName":"signup.completed"}""");
        refused.AssertRefused(422, "validationFailed", "contactId");
        Assert.That((string)refused.Json["errors"]![0]!["message"]!, Does.Contain("1 to 128 characters of A-Z a-z 0-9 _ . : @ + | ~ = -"));
    }

    [TestCase("mailto:a+b@shop.example")]
    [TestCase("shop|1=2~3")]
    [TestCase("...")]
    public async Task An_id_of_another_system_works_in_the_path_and_in_the_body(string contact)
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync(Uri.EscapeDataString(contact));
        var old = await workspace.PostAsync("/v1/events", $$"""{"contactId":"{{contact}}","eventTypeName":"signup.completed"}""");
        Assert.That((old.Status, old.Header("Link")), Is.EqualTo((201, $"</v1/contacts/{Uri.EscapeDataString(contact)}/events>; rel=\"successor-version\"")));
        foreach (var spelling in new[] { contact, Uri.EscapeDataString(contact) })
        {
            var list = (await workspace.GetAsync($"/v1/contacts/{spelling}/events")).Json["events"]!.AsArray();
            Assert.That(list.Select(e => (string)e!["contactId"]!), Is.EqualTo([contact, contact]));
        }
    }

    [TestCase(128, 200)]
    [TestCase(129, 404)]
    public async Task A_contact_id_has_at_most_128_characters(int length, int status) =>
        Assert.That((await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/contacts/{new string('c', length)}/events")).Status, Is.EqualTo(status));
}
