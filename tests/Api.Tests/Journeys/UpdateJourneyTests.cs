using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.Journeys;

public sealed class UpdateJourneyTests
{
    [TestCase("application/json")]
    [TestCase("application/merge-patch+json")]
    public async Task What_is_absent_stays_and_null_clears(string mediaType)
    {
        var (workspace, address, before) = await NewJourneyAsync();
        var renamed = await workspace.PatchAsync(address, """{"name":"b","triggerConfig":{"payloadFilter":null}}""", mediaType: mediaType);
        var cleared = await workspace.PatchAsync(address, """{"entryMode":"everyTime","triggerConfig":null,"target":null}""", mediaType: mediaType);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(renamed.Status, Is.EqualTo(200), renamed.Text);
            Assert.That(renamed.Headers.ETag!.Tag, Is.EqualTo("\"2\""));
            Assert.That((string)renamed.Json["name"]!, Is.EqualTo("b"));
            Assert.That(renamed.Json["triggerConfig"]!.AsObject().Single().Value!.ToJsonString(), Is.EqualTo(before["triggerConfig"]!["eventTypeId"]!.ToJsonString()));
            Assert.That(renamed.Json["target"]!.ToJsonString(), Is.EqualTo(before["target"]!.ToJsonString()));
            Assert.That((string)renamed.Json["updatedAt"]!, Is.Not.EqualTo((string)before["updatedAt"]!));
            Assert.That(cleared.Json.AsObject().Select(member => member.Key), Is.EqualTo(["id", "tenantId", "name", "status", "entryMode", "createdAt", "updatedAt"]));
            Assert.That((string)cleared.Json["entryMode"]!, Is.EqualTo("everyTime"));
            Assert.That((await workspace.GetAsync(address)).Text, Is.EqualTo(cleared.Text));
        }
    }

    [Test]
    public async Task A_change_that_changes_nothing_leaves_the_version()
    {
        var (workspace, address, before) = await NewJourneyAsync();
        var same = await workspace.PatchAsync(address, $$"""
            {"name":"a","entryMode":"once","triggerConfig":{"payloadFilter":{"minProperties":1.0} },"target":{"url":"https://shop.example/hooks"} }
            """);
        Assert.That((same.Headers.ETag!.Tag, same.Text), Is.EqualTo(("\"1\"", before.ToJsonString())));
    }

    [Test]
    public async Task A_trigger_and_a_target_can_be_added_later()
    {
        var (workspace, address, _) = await NewJourneyAsync("""{"name":"a"}""");
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.sent");
        var answer = await workspace.PatchAsync(address, $$"""
            {"triggerConfig":{"eventTypeId":"{{type.Id}}"},"target":{"url":"https://a.example","secret":"{{Webhooks.Secret}}"} }
            """);
        Assert.That((string)answer.Json["triggerConfig"]!["eventTypeId"]!, Is.EqualTo(type.Id.ToString()), answer.Text);
        Assert.That((string)answer.Json["target"]!["url"]!, Is.EqualTo("https://a.example"));
    }

    [TestCase("""{"triggerConfig":{"payloadFilter":{}}}""", "/triggerConfig/eventTypeId")]
    [TestCase("""{"target":{"url":"https://a.example"}}""", "/target/secret")]
    [TestCase("""{"target":{"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}""", "/target/url")]
    [TestCase("""{"triggerConfig":{},"target":{}}""", "/triggerConfig/eventTypeId", "/target/url", "/target/secret")]
    public async Task What_a_first_trigger_or_target_lacks_is_named(string body, params string[] fields)
    {
        var (workspace, address, _) = await NewJourneyAsync("""{"name":"a"}""");
        (await workspace.PatchAsync(address, body)).AssertRefused(422, "validationFailed", fields);
    }

    [TestCase("""{"name":null}""", 422, "validationFailed", "/name")]
    [TestCase("""{"status":"active"}""", 422, "unknownField", "/status")]
    [TestCase("""{"entryMode":null}""", 422, "validationFailed", "/entryMode")]
    [TestCase("""{"triggerConfig":{"eventTypeId":null}}""", 422, "validationFailed", "/triggerConfig/eventTypeId")]
    [TestCase("""{"triggerConfig":{"eventTypeId":"evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS"}}""", 422, "eventTypeUnknown", "/triggerConfig/eventTypeId")]
    [TestCase("""{"triggerConfig":{"payloadFilter":{"requierd":[]}}}""", 422, "payloadSchemaInvalid", "/triggerConfig/payloadFilter/requierd")]
    [TestCase("""{"target":{"url":null}}""", 422, "validationFailed", "/target/url")]
    [TestCase("""{"target":{"secret":null}}""", 422, "validationFailed", "/target/secret")]
    [TestCase("""{"target":{"url":"http://127.0.0.1"}}""", 422, "validationFailed", "/target/url")]
    [TestCase("""{"target":{"url":"http://localhost"}}""", 422, "validationFailed", "/target/url")]
    [TestCase("""{"target":{"url":"https://other.example"}}""", 422, "validationFailed", "/target/secret")]
    [TestCase("""{"target":{"secret":"whsec_short"}}""", 422, "validationFailed", "/target/secret")]
    [TestCase("[]", 422, "validationFailed", "")]
    [TestCase("", 400, "malformedJson")]
    public async Task Each_fault_is_named_and_changes_nothing(string body, int status, string code, params string[] fields)
    {
        var (workspace, address, before) = await NewJourneyAsync();
        (await workspace.PatchAsync(address, body)).AssertRefused(status, code, fields);
        Assert.That((await workspace.GetAsync(address)).Text, Is.EqualTo(before.ToJsonString()));
    }

    [Test]
    public async Task Another_url_comes_with_a_secret()
    {
        var (workspace, address, before) = await NewJourneyAsync();
        var answer = await workspace.PatchAsync(address, $$"""{"target":{"url":"https://other.example/","secret":"{{Webhooks.Secret}}"} }""");
        Assert.That((answer.Status, (string)answer.Json["target"]!["url"]!), Is.EqualTo((200, "https://other.example/")), answer.Text);
        Assert.That((string)answer.Json["updatedAt"]!, Is.Not.EqualTo((string)before["updatedAt"]!));
    }

    [Test]
    public async Task An_active_journey_keeps_a_trigger()
    {
        var (workspace, address, _) = await NewJourneyAsync();
        await workspace.PostAsync($"{address}/activate", "");
        (await workspace.PatchAsync(address, """{"triggerConfig":null}""")).AssertRefused(409, "journeyNotReady");
        await workspace.PostAsync($"{address}/pause", "");
        Assert.That((await workspace.PatchAsync(address, """{"triggerConfig":null}""")).Status, Is.EqualTo(200));
    }

    [TestCase("\"1\"", 200)]
    [TestCase("*", 200)]
    [TestCase("\"2\"", 412)]
    [TestCase("W/\"1\"", 412)]
    [TestCase("1", 400)]
    public async Task A_condition_must_hold(string ifMatch, int status)
    {
        var (workspace, address, _) = await NewJourneyAsync();
        var answer = await workspace.PatchAsync(address, """{"name":"b"}""", ifMatch);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(status == 200 ? answer.Headers.ETag!.Tag : answer.Code, Is.EqualTo(status switch { 200 => "\"2\"", 412 => "preconditionFailed", _ => "parameterInvalid" }));
    }

    [Test]
    public async Task Of_two_changes_under_one_condition_one_is_made()
    {
        var (workspace, address, _) = await NewJourneyAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => workspace.PatchAsync(address, $$"""{"name":"b{{i}}"}""", "\"1\"")));
        Assert.That(answers.Select(answer => answer.Status), Is.EquivalentTo([200, 412, 412, 412, 412]));
    }

    private static async Task<(Workspace Workspace, string Address, JsonNode Journey)> NewJourneyAsync(string? body = null)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        var answer = await workspace.PostAsync("/v1/journeys", body ?? $$"""
            {
              "name": "a", "triggerConfig": {"eventTypeId": "{{type.Id}}", "payloadFilter": {"minProperties":1} },
              "target": {"url": "https://shop.example/hooks", "secret": "{{Webhooks.Secret}}"}
            }
            """);
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
        return (workspace, $"/v1/journeys/{answer.Json["id"]}", answer.Json);
    }
}
