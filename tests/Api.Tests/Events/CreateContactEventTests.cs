using System.Globalization;

namespace Flownally.Api.Tests.Events;

public sealed class CreateContactEventTests
{
    [Test]
    public async Task A_recorded_event_is_answered_whole_and_reads_the_same_everywhere()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        var answer = await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"z":1.0,"a":1e2},"occurredAt":"2026-01-31T10:30:00.1234567+01:00"}""");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(201));
            Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo($"/v1/events/{answer.Json["id"]}"));
            Assert.That((string)answer.Json["id"]!, Does.Match("^evt_[0-9A-HJKMNP-TV-Z]{26}$"));
            Assert.That((string)answer.Json["tenantId"]!, Is.EqualTo(workspace.Tenant.ToString()));
            Assert.That((string)answer.Json["contactId"]!, Is.EqualTo("ctc_1"));
            Assert.That((string)answer.Json["eventTypeId"]!, Is.EqualTo(type.Id.ToString()));
            Assert.That((string)answer.Json["eventTypeName"]!, Is.EqualTo("order.paid"));
            Assert.That((int)answer.Json["schemaVersion"]!, Is.EqualTo(1));
            Assert.That((string)answer.Json["occurredAt"]!, Is.EqualTo("2026-01-31T09:30:00.123456Z"));
            Assert.That((string)answer.Json["createdAt"]!, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$"));
            Assert.That(answer.Text, Does.Contain("""{"z":1.0,"a":1e2}"""));
            Assert.That(answer.Json.AsObject().ContainsKey("idempotencyKey"), Is.False);
        }

        var one = await workspace.GetAsync($"/v1/events/{answer.Json["id"]}");
        var list = await workspace.GetAsync("/v1/contacts/ctc_1/events");
        Assert.That(one.Text, Is.EqualTo(answer.Text));
        Assert.That(list.Json["events"]![0]!.ToJsonString(), Is.EqualTo(answer.Json.ToJsonString()));
    }

    [Test]
    public async Task Without_payload_and_time_it_says_nothing_and_happened_now()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var recorded = await workspace.RecordedAsync("ctc_1");
        Assert.That(recorded["payload"]!.ToJsonString(), Is.EqualTo("{}"));
        Assert.That((string)recorded["occurredAt"]!, Is.EqualTo((string)recorded["createdAt"]!));
    }

    [Test]
    public async Task The_type_can_be_named_by_its_id()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        var answer = await workspace.RecordAsync("ctc_1", $$"""{"eventTypeId":"{{type.Id}}"}""");
        Assert.That((string)answer.Json["eventTypeName"]!, Is.EqualTo("order.paid"));
    }

    [TestCase("""{}""")]
    [TestCase("""{"eventTypeId":"evt-type_00000000000000000000000000","eventTypeName":"signup.completed"}""")]
    public async Task Exactly_one_of_id_and_name_is_needed(string body) =>
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", body)).AssertRefused(422, "validationFailed", "/eventTypeId");

    [TestCase("""{"eventTypeName":"no.such"}""", "/eventTypeName")]
    [TestCase("""{"eventTypeName":"No Name"}""", "/eventTypeName")]
    [TestCase("""{"eventTypeId":"evt-type_00000000000000000000000000"}""", "/eventTypeId")]
    [TestCase("""{"eventTypeId":"nothing"}""", "/eventTypeId")]
    public async Task A_type_that_is_not_there_is_refused(string body, string field) =>
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", body)).AssertRefused(422, "eventTypeUnknown", field);

    [Test]
    public async Task The_type_of_another_tenant_is_not_there()
    {
        var other = await Service.NewTypeAsync((await Service.NewWorkspaceAsync()).Tenant, "order.paid");
        var answer = await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", $$"""{"eventTypeId":"{{other.Id}}"}""");
        answer.AssertRefused(422, "eventTypeUnknown", "/eventTypeId");
    }

    [Test]
    public async Task Every_fault_of_the_payload_is_named_at_once()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await Service.NewTypeAsync(workspace.Tenant, "order.paid", """
            {"type":"object","properties":{"id":{"type":"string","minLength":1},"lines":{"type":"array","items":{"type":"integer"}}},
             "required":["id","total"],"additionalProperties":false}
            """);
        var answer = await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"id":"","lines":[1,"2"],"a/b~":1}}""");
        answer.AssertRefused(422, "payloadInvalid", "/payload/id", "/payload/lines/1", "/payload/total", "/payload/a~1b~0");
    }

    [TestCase("-00:00:01", 422)]
    [TestCase("+00:00:00", 201)]
    public async Task Moments_begin_with_1970(string fromEpoch, int status)
    {
        var time = DateTimeOffset.UnixEpoch + TimeSpan.Parse(fromEpoch.TrimStart('+'), CultureInfo.InvariantCulture);
        var answer = await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", $$"""{"eventTypeName":"signup.completed","occurredAt":"{{time:O}}"}""");
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
    }

    [TestCase(-1, 201)]
    [TestCase(+1, 422)]
    public async Task Moments_lie_at_most_a_day_ahead(int minutes, int status)
    {
        var time = TimeProvider.System.GetUtcNow().AddHours(24).AddMinutes(minutes);
        var answer = await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", $$"""{"eventTypeName":"signup.completed","occurredAt":"{{time:O}}"}""");
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
    }

    [TestCase(-1, 201)]
    [TestCase(0, 201)]
    [TestCase(+1, 413)]
    public async Task A_payload_has_at_most_64_KiB_as_sent(int more, int status)
    {
        var payload = $$"""{"a":"{{new string('x', 65_536 - 8 + more)}}"}""";
        var answer = await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", $$"""{"eventTypeName":"signup.completed","payload":{{payload}}}""");
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text[..Math.Min(300, answer.Text.Length)]);
        if (status == 413)
        {
            answer.AssertRefused(413, "payloadTooLarge", "/payload");
        }
    }

    [TestCase(31, 201)]
    [TestCase(32, 201)]
    [TestCase(33, 422)]
    public async Task A_payload_is_at_most_32_deep(int depth, int status)
    {
        var payload = string.Concat(Enumerable.Repeat("""{"a":""", depth)) + "1" + new string('}', depth);
        var answer = await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", $$"""{"eventTypeName":"signup.completed","payload":{{payload}}}""");
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
    }

    [TestCase("""{"a":["\u0000"]}""", "/payload/a/0")]
    [TestCase("""{"a":"\ud800"}""", "/payload/a")]
    [TestCase("""{"a":"\udc00\ud800"}""", "/payload/a")]
    [TestCase("""{"\ud800":1}""", @"/payload/\ud800")]
    [TestCase("""{"a":1e1001}""", "/payload/a")]
    [TestCase("""{"a":1e-1001}""", "/payload/a")]
    [TestCase("""[]""", "/payload")]
    [TestCase("""null""", "/payload")]
    public async Task What_cannot_be_stored_is_refused_at_its_place(string payload, string field) =>
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", $$"""{"eventTypeName":"signup.completed","payload":{{payload}}}"""))
            .AssertRefused(422, "validationFailed", field);

    [TestCase(1_000, 201)]
    [TestCase(1_001, 422)]
    public async Task A_number_has_at_most_1000_digits(int digits, int status) => Assert.That((await (await Service.NewWorkspaceAsync())
        .RecordAsync("ctc_1", $$"""{"eventTypeName":"signup.completed","payload":{"a":{{new string('9', digits)}} } }""")).Status, Is.EqualTo(status));

    [TestCase("""{"a":1e1000,"b":1e-1000,"c":"\ud83d\ude00","d":"\u00e9","e":-0.0}""")]
    public async Task What_can_be_stored_comes_back_untouched(string payload)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var recorded = await workspace.RecordedAsync("ctc_1", $",\"payload\": {payload}");
        Assert.That((await workspace.GetAsync($"/v1/events/{recorded["id"]}")).Text, Does.Contain(payload));
    }

    [Test]
    public async Task Another_process_that_changes_the_type_is_noticed_before_anything_is_recorded()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""");
        await using var database = Npgsql.NpgsqlDataSource.Create(Service.ConnectionString);
        await using var change = database.CreateCommand("""
            UPDATE event_types SET payload_schema = '{"type":"object","required":["id"]}', schema_version = 2, revision = 2
            WHERE  tenant_id = $1 AND name = 'order.paid'
            """);
        change.Parameters.Add(new Npgsql.NpgsqlParameter { Value = workspace.Tenant.Value });
        await change.ExecuteNonQueryAsync();

        (await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""")).AssertRefused(422, "payloadInvalid", "/payload/id");
        var accepted = await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"id":1}}""");
        Assert.That((int)accepted.Json["schemaVersion"]!, Is.EqualTo(2));
    }
}
