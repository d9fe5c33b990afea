namespace Flownally.Api.Tests.EventTypes;

public sealed class UpdateEventTypeTests
{
    private const string RequireId = """{"payloadSchema":{"type":"object","required":["id"]}}""";

    [TestCase("application/json")]
    [TestCase("application/merge-patch+json")]
    public async Task What_is_absent_stays_and_null_clears(string mediaType)
    {
        var (workspace, address) = await NewTypeAsync("""{"type":"object"}""");
        var described = await workspace.PatchAsync(address, """{"description":"Paid."}""", mediaType: mediaType);
        var cleared = await workspace.PatchAsync(address, """{"name":"order.settled","description":null,"payloadSchema":null}""", mediaType: mediaType);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(described.Status, Is.EqualTo(200), described.Text);
            Assert.That((string)described.Json["name"]!, Is.EqualTo("order.paid"));
            Assert.That((string)described.Json["description"]!, Is.EqualTo("Paid."));
            Assert.That(described.Json["payloadSchema"], Is.Not.Null);
            Assert.That((int)described.Json["schemaVersion"]!, Is.EqualTo(1));
            Assert.That((string)cleared.Json["name"]!, Is.EqualTo("order.settled"));
            Assert.That(cleared.Json.AsObject().ContainsKey("description"), Is.False);
            Assert.That(cleared.Json.AsObject().ContainsKey("payloadSchema"), Is.False);
            Assert.That((int)cleared.Json["schemaVersion"]!, Is.EqualTo(2));
            Assert.That((await workspace.GetAsync(address)).Text, Is.EqualTo(cleared.Text));
        }
    }

    [Test]
    public async Task The_version_grows_when_the_schema_becomes_another_JSON_value()
    {
        var (workspace, address) = await NewTypeAsync("""{"type":"object","minProperties":1}""");
        Assert.That(Version(await workspace.PatchAsync(address, """{"payloadSchema":{"minProperties":1.0,"type":"object"}}""")), Is.EqualTo(1));
        Assert.That(Version(await workspace.PatchAsync(address, """{"payloadSchema":{"type":"object","minProperties":2}}""")), Is.EqualTo(2));
        Assert.That(Version(await workspace.PatchAsync(address, """{"name":"other"}""")), Is.EqualTo(2));
    }

    [Test]
    public async Task Events_show_the_name_of_today_and_the_version_of_then()
    {
        var (workspace, address) = await NewTypeAsync();
        var recorded = (await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"id":1}}""")).Json;
        await workspace.PatchAsync(address, """{"name":"order.settled","payloadSchema":{"type":"object","required":["id"]}}""");
        var read = (await workspace.GetAsync($"/v1/events/{recorded["id"]}")).Json;
        Assert.That(((string?)read["eventTypeName"], (int)read["schemaVersion"]!), Is.EqualTo(("order.settled", 1)));
        (await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.settled"}""")).AssertRefused(422, "payloadInvalid", "/payload/id");
        (await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""")).AssertRefused(422, "eventTypeUnknown", "/eventTypeName");
    }

    [Test]
    public async Task A_schema_that_stored_events_break_is_refused_and_tells_which()
    {
        var (workspace, address) = await NewTypeAsync("""{"type":"object","properties":{"n":{"maximum":10}}}""");
        List<string> broken = [];
        for (var i = 0; i < 7; i++)
        {
            broken.Add((string)(await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"n":9}}""")).Json["id"]!);
        }

        await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"n":1,"id":1}}""");
        var answer = await workspace.PatchAsync(address, """{"payloadSchema":{"type":"object","properties":{"n":{"maximum":5}},"required":["id"]}}""");
        answer.AssertRefused(409, "schemaIncompatible");
        var rules = answer.Json["incompatibilities"]!.AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rules.Select(rule => (string)rule!["pointer"]!), Is.EqualTo(["/properties/n/maximum", "/required"]));
            Assert.That(rules.Select(rule => (int)rule!["eventCount"]!), Is.All.EqualTo(7));
            Assert.That((string)rules[0]!["change"]!, Is.EqualTo("The rule was changed from 10 to 5."));
            Assert.That((string)rules[1]!["change"]!, Is.EqualTo("""The rule was added: ["id"]."""));
            Assert.That(rules[0]!["eventIds"]!.AsArray().Select(id => (string)id!), Is.EqualTo(broken.Take(5)));
        }

        Assert.That(Version(await workspace.GetAsync(address)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_schema_that_stored_events_fit_is_taken_also_where_there_are_many()
    {
        var (workspace, address) = await NewTypeAsync();
        await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"id":1}}""");
        await StoredEvents.CopyAsync(workspace.Tenant, 2_500);
        Assert.That(Version(await workspace.PatchAsync(address, RequireId)), Is.EqualTo(2));
        (await workspace.PatchAsync(address, """{"payloadSchema":{"properties":{"id":{"type":"string"}}}}""")).AssertRefused(409, "schemaIncompatible");
    }

    [Test]
    public async Task A_wider_schema_is_taken_without_a_look_at_what_is_stored()
    {
        var (workspace, address) = await NewTypeAsync("""{"type":"object","properties":{"n":{"type":"integer","maximum":5}},"additionalProperties":false}""");
        await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"n":5}}""");
        await StoredEvents.CopyAsync(workspace.Tenant, 2_500);
        Assert.That(Version(await workspace.PatchAsync(address, """{"payloadSchema":{"type":"object","properties":{"n":{"type":"number","maximum":10},"m":{"type":"string"}},"additionalProperties":false}}""")), Is.EqualTo(2));
        Assert.That(Version(await workspace.PatchAsync(address, """{"payloadSchema":null}""")), Is.EqualTo(3));
        Assert.That(Version(await workspace.PatchAsync(address, """{"payloadSchema":{}}""")), Is.EqualTo(4));
    }

    [Test]
    public async Task Validating_only_decides_everything_and_changes_nothing()
    {
        var (workspace, address) = await NewTypeAsync();
        var before = await workspace.GetAsync(address);
        var would = await workspace.PatchAsync($"{address}?validateOnly=true", RequireId);
        Assert.That((would.Status, Version(would)), Is.EqualTo((200, 2)));
        (await workspace.PatchAsync($"{address}?validateOnly=true", """{"name":"signup.completed"}""")).AssertRefused(409, "eventTypeNameTaken");
        await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""");
        (await workspace.PatchAsync($"{address}?validateOnly=true", RequireId)).AssertRefused(409, "schemaIncompatible");
        (await workspace.PatchAsync($"{address}?validateOnly=yes", RequireId)).AssertRefused(400, "parameterInvalid", "validateOnly");
        Assert.That((await workspace.GetAsync(address)).Text, Is.EqualTo(before.Text));
        Assert.That(Version(await workspace.PatchAsync($"{address}?validateOnly=false", """{"name":"other"}""")), Is.EqualTo(1));
    }

    [TestCase("\"1\"", 200)]
    [TestCase("\"7\", \"1\"", 200)]
    [TestCase("*", 200)]
    [TestCase("\"2\"", 412)]
    [TestCase("W/\"1\"", 412)]
    [TestCase("\"other\"", 412)]
    [TestCase("1", 400)]
    [TestCase("", 400)]
    public async Task A_condition_must_hold(string ifMatch, int status)
    {
        var (workspace, address) = await NewTypeAsync();
        var answer = await workspace.PatchAsync(address, """{"name":"other"}""", ifMatch);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(status == 200 ? answer.Headers.ETag!.Tag : answer.Code, Is.EqualTo(status switch { 200 => "\"2\"", 412 => "preconditionFailed", _ => "parameterInvalid" }));
    }

    [Test]
    public async Task Of_two_changes_under_one_condition_one_is_made()
    {
        var (workspace, address) = await NewTypeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => workspace.PatchAsync(address, $$"""{"name":"other{{i}}"}""", "\"1\"")));
        Assert.That(answers.Select(answer => answer.Status), Is.EquivalentTo([200, 412, 412, 412, 412]));
    }

    [Test]
    public async Task A_predefined_type_takes_a_description_only()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = (await workspace.GetAsync("/v1/event-types?pageSize=1")).Json["eventTypes"]![0]!;
        var address = $"/v1/event-types/{type["id"]}";
        Assert.That((string)(await workspace.PatchAsync(address, """{"description":"Ours."}""")).Json["description"]!, Is.EqualTo("Ours."));
        Assert.That((await workspace.PatchAsync(address, $$"""{"name":"{{type["name"]}}","payloadSchema":null}""")).Status, Is.EqualTo(200));
        (await workspace.PatchAsync(address, """{"name":"other"}""")).AssertRefused(409, "eventTypePredefined");
        (await workspace.PatchAsync(address, RequireId)).AssertRefused(409, "eventTypePredefined");
        (await workspace.DeleteAsync(address)).AssertRefused(409, "eventTypePredefined");
    }

    [TestCase("""{"name":null}""", 422, "validationFailed", "/name")]
    [TestCase("""{"id":"x"}""", 422, "unknownField", "/id")]
    [TestCase("""{"description":1}""", 422, "validationFailed", "/description")]
    [TestCase("""{"payloadSchema":1}""", 422, "payloadSchemaInvalid", "/payloadSchema")]
    [TestCase("""{"name":"signup.completed"}""", 409, "eventTypeNameTaken")]
    [TestCase("[]", 422, "validationFailed", "")]
    [TestCase("", 400, "malformedJson")]
    public async Task Each_fault_is_named(string body, int status, string code, params string[] fields)
    {
        var (workspace, address) = await NewTypeAsync();
        (await workspace.PatchAsync(address, body)).AssertRefused(status, code, fields);
    }

    [Test]
    public async Task A_merge_patch_is_taken_for_patches_only()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var content = new StringContent("""{"name":"a"}""", System.Text.Encoding.UTF8, "application/merge-patch+json");
        (await workspace.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/event-types") { Content = content })).AssertRefused(415, "unsupportedMediaType");
    }

    /// <summary>Recording under the old schema and a change to the new one at the same moment: no stored event breaks the schema of its type.</summary>
    [Test]
    public async Task Nothing_slips_in_while_a_change_is_decided()
    {
        var (workspace, address) = await NewTypeAsync();
        for (var round = 0; round < 10; round++)
        {
            var recording = Enumerable.Range(0, 8).Select(_ => workspace.RecordAsync($"ctc_{round}", """{"eventTypeName":"order.paid"}""")).ToList();
            var change = await workspace.PatchAsync(address, RequireId);
            await Task.WhenAll(recording);
            var stored = (int)(await workspace.GetAsync($"/v1/contacts/ctc_{round}/events")).Json["totalSize"]!;
            Assert.That(stored, change.Status == 200 ? Is.Zero : Is.Positive, change.Text);
            Assert.That(recording.Count(answer => answer.Result.Status == 201), Is.EqualTo(stored));
            if (change.Status == 200)
            {
                break; // from now on nothing without an id can be recorded
            }

            (workspace, address) = await NewTypeAsync();
        }
    }

    private static int Version(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        return (int)answer.Json["schemaVersion"]!;
    }

    private static async Task<(Workspace Workspace, string Address)> NewTypeAsync(string? schema = null)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid", schema);
        return (workspace, $"/v1/event-types/{type.Id}");
    }
}
