using Npgsql;

namespace Flownally.Api.Tests.Events;

public sealed class GetEventsTests
{
    [Test]
    public async Task The_newest_recorded_comes_first_whenever_it_happened()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var late = await workspace.RecordedAsync("ctc_1", ",\"occurredAt\":\"2026-01-02T00:00:00Z\"");
        var early = await workspace.RecordedAsync("ctc_2", ",\"occurredAt\":\"2026-01-01T00:00:00Z\"");
        var list = (await workspace.GetAsync("/v1/events")).Json;
        Assert.That(list["events"]!.AsArray().Select(e => e!.ToJsonString()), Is.EqualTo([early.ToJsonString(), late.ToJsonString()]));
        Assert.That((await (await Service.NewWorkspaceAsync()).GetAsync("/v1/events")).Text, Is.EqualTo("""{"events":[],"totalSize":0}"""));
    }

    [TestCase("..")]
    [TestCase("a b")]
    public async Task An_event_of_a_contact_that_the_rule_would_refuse_today_is_still_read(string contact)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var recorded = await workspace.RecordedAsync("ctc_1");
        await using (var database = NpgsqlDataSource.Create(Service.ConnectionString))
        await using (var command = database.CreateCommand("UPDATE events SET contact_id = $1 WHERE tenant_id = $2"))
        {
            command.Parameters.Add(new() { Value = contact });
            command.Parameters.Add(new() { Value = workspace.Tenant.Value });
            await command.ExecuteNonQueryAsync();
        }

        foreach (var answer in new[] { await workspace.GetAsync("/v1/events"), await workspace.GetAsync("/v1/events/feed") })
        {
            Assert.That(answer.Json["events"]!.AsArray().Select(e => (string)e!["contactId"]!), Is.EqualTo([contact]), answer.Text);
        }

        Assert.That((string)(await workspace.GetAsync($"/v1/events/{recorded["id"]}")).Json["contactId"]!, Is.EqualTo(contact));
    }

    [Test]
    public async Task A_walk_meets_every_event_of_the_filter_once_while_others_are_added()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        List<string> expected = [];
        for (var i = 0; i < 5; i++)
        {
            expected.Add((string)(await workspace.RecordAsync($"ctc_{i}", """{"eventTypeName":"order.paid"}""")).Json["id"]!);
            await workspace.RecordedAsync("ctc_1");
        }

        List<string> met = [];
        var total = 5;
        for (var query = $"?eventTypeId={type.Id}&pageSize=2"; query is not null;)
        {
            var page = (await workspace.GetAsync($"/v1/events{query}")).Json;
            met.AddRange(page["events"]!.AsArray().Select(e => (string)e!["id"]!));
            Assert.That((int)page["totalSize"]!, Is.EqualTo(total++));
            query = (string?)page["nextPageToken"] is { } token ? $"?eventTypeId={type.Id}&pageSize=2&pageToken={token}" : null;
            await workspace.RecordAsync("ctc_9", """{"eventTypeName":"order.paid"}""");
        }

        Assert.That(met, Is.EqualTo(Enumerable.Reverse(expected)));
    }

    [Test]
    public async Task Filter_and_total_speak_of_the_same_events()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        await workspace.RecordedAsync("ctc_1");
        await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","idempotencyKey":"k"}""");
        await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","idempotencyKey":"k"}""");
        Assert.That((int)(await workspace.GetAsync("/v1/events")).Json["totalSize"]!, Is.EqualTo(2));
        Assert.That((int)(await workspace.GetAsync($"/v1/events?eventTypeId={type.Id}")).Json["totalSize"]!, Is.EqualTo(1));
        Assert.That((await workspace.GetAsync("/v1/events?eventTypeId=evt-type_00000000000000000000000000")).Text, Is.EqualTo("""{"events":[],"totalSize":0}"""));
    }

    [Test]
    public async Task A_token_is_good_for_its_own_list_only()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        await workspace.RecordedAsync("ctc_1");
        var token = (string)(await workspace.GetAsync("/v1/events?pageSize=1")).Json["nextPageToken"]!;
        (await workspace.GetAsync($"/v1/events?pageToken={token}&eventTypeId=evt-type_00000000000000000000000000")).AssertRefused(400, "pageTokenInvalid", "pageToken");
        (await workspace.GetAsync($"/v1/contacts/ctc_1/events?pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
        (await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/events?pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
    }

    [TestCase("pageSize=0", "pageSize")]
    [TestCase("eventTypeId=nothing", "eventTypeId")]
    public async Task A_wrong_parameter_is_named(string query, string field) =>
        (await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/events?{query}")).AssertRefused(400, "parameterInvalid", field);
}
