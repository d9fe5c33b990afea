using Flownally.Domain.Journeys;

namespace Flownally.Api.Tests.Journeys;

public sealed class CreateJourneyTests
{
    private const string Path = "/v1/journeys";

    [Test]
    public async Task A_new_journey_is_answered_whole_and_reads_the_same_everywhere()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        const string Filter = """{"properties":{"total":{"minimum":100.0}},"required":["total"]}""";
        var answer = await workspace.PostAsync(Path, $$"""
            {
              "name": "Thank for a large order", "entryMode": "everyTime",
              "triggerConfig": {"eventTypeId": "{{type.Id}}", "payloadFilter": {{Filter}}},
              "target": {"url": "https://shop.example/hooks?a=%20", "secret": "{{Webhooks.Secret}}"}
            }
            """);
        var address = $"{Path}/{answer.Json["id"]}";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
            Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo(address));
            Assert.That(answer.Headers.ETag!.ToString(), Is.EqualTo("\"1\""));
            Assert.That((string)answer.Json["id"]!, Does.Match("^jrn_[0-9A-HJKMNP-TV-Z]{26}$"));
            Assert.That((string)answer.Json["tenantId"]!, Is.EqualTo(workspace.Tenant.ToString()));
            Assert.That((string)answer.Json["name"]!, Is.EqualTo("Thank for a large order"));
            Assert.That((string)answer.Json["status"]!, Is.EqualTo("draft"));
            Assert.That((string)answer.Json["entryMode"]!, Is.EqualTo("everyTime"));
            Assert.That((string)answer.Json["triggerConfig"]!["eventTypeId"]!, Is.EqualTo(type.Id.ToString()));
            Assert.That(answer.Text, Does.Contain(Filter));
            Assert.That(answer.Json["target"]!.ToJsonString(), Is.EqualTo("""{"url":"https://shop.example/hooks?a=%20"}"""));
            Assert.That((string)answer.Json["createdAt"]!, Is.EqualTo((string)answer.Json["updatedAt"]!));
        }

        var one = await workspace.GetAsync(address);
        Assert.That(one.Text, Is.EqualTo(answer.Text));
        Assert.That(one.Headers.ETag, Is.EqualTo(answer.Headers.ETag));
        var list = await workspace.GetAsync(Path);
        Assert.That(list.Json["journeys"]![0]!.ToJsonString(), Is.EqualTo(answer.Json.ToJsonString()));
    }

    [Test]
    public async Task A_name_is_enough_and_contacts_enter_once()
    {
        var answer = await (await Service.NewWorkspaceAsync()).PostAsync(Path, """{"name":"a"}""");
        Assert.That(answer.Json.AsObject().Select(member => member.Key),
            Is.EqualTo(["id", "tenantId", "name", "status", "entryMode", "createdAt", "updatedAt"]));
        Assert.That((string)answer.Json["entryMode"]!, Is.EqualTo("once"));
    }

    [Test]
    public async Task Names_need_not_differ()
    {
        var workspace = await Service.NewWorkspaceAsync();
        Assert.That((await workspace.PostAsync(Path, """{"name":"a"}""")).Status, Is.EqualTo(201));
        Assert.That((await workspace.PostAsync(Path, """{"name":"a"}""")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task A_predefined_type_can_be_a_trigger()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = (await workspace.GetAsync("/v1/event-types?pageSize=1")).Json["eventTypes"]![0]!["id"]!;
        Assert.That((await workspace.PostAsync(Path, $$"""{"name":"a","triggerConfig":{"eventTypeId":"{{type}}"} }""")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task A_type_that_the_tenant_does_not_have_is_refused()
    {
        var others = await Service.NewTypeAsync((await Service.NewWorkspaceAsync()).Tenant, "order.paid");
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.PostAsync(Path, $$"""{"name":"a","triggerConfig":{"eventTypeId":"{{others.Id}}"} }""")).AssertRefused(422, "eventTypeUnknown", "/triggerConfig/eventTypeId");
        Assert.That((int)(await workspace.GetAsync(Path)).Json["totalSize"]!, Is.Zero);
    }

    [TestCase("{}", "validationFailed", "/name")]
    [TestCase("""{"name":null}""", "validationFailed", "/name")]
    [TestCase("""{"name":""}""", "validationFailed", "/name")]
    [TestCase("""{"name":" \t"}""", "validationFailed", "/name")]
    [TestCase("""{"name":"a","status":"active"}""", "unknownField", "/status")]
    [TestCase("""{"name":"a","entryMode":"EveryTime"}""", "validationFailed", "/entryMode")]
    [TestCase("""{"name":"a","entryMode":"once,everyTime"}""", "validationFailed", "/entryMode")]
    [TestCase("""{"name":"a","entryMode":1}""", "validationFailed", "/entryMode")]
    [TestCase("""{"name":"a","entryMode":null}""", "validationFailed", "/entryMode")]
    [TestCase("""{"name":"a","triggerConfig":null}""", "validationFailed", "/triggerConfig")]
    [TestCase("""{"name":"a","triggerConfig":{}}""", "validationFailed", "/triggerConfig/eventTypeId")]
    [TestCase("""{"name":"a","triggerConfig":{"eventTypeId":"order.paid"}}""", "validationFailed", "/triggerConfig/eventTypeId")]
    [TestCase("""{"name":"a","triggerConfig":{"eventTypeId":"evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS","filter":{}}}""", "unknownField", "/triggerConfig/filter")]
    [TestCase("""{"name":"a","triggerConfig":{"eventTypeId":"evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS","payloadFilter":7}}""", "payloadSchemaInvalid", "/triggerConfig/payloadFilter")]
    [TestCase("""{"name":"a","triggerConfig":{"eventTypeId":"evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS","payloadFilter":{"type":"strng","requierd":[]}}}""",
        "payloadSchemaInvalid", "/triggerConfig/payloadFilter/type", "/triggerConfig/payloadFilter/requierd")]
    [TestCase("""{"name":"a","triggerConfig":{"eventTypeId":"evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS","payloadFilter":{"type":"string"}}}""", "payloadSchemaInvalid", "/triggerConfig/payloadFilter")]
    [TestCase("""{"name":"a","target":{}}""", "validationFailed", "/target/url", "/target/secret")]
    [TestCase("""{"name":"a","target":{"url":"https://a.example"}}""", "validationFailed", "/target/secret")]
    [TestCase("""{"name":"a","target":"https://a.example"}""", "validationFailed", "/target")]
    [TestCase("""{"name":"","target":{"url":"a","secret":"b"},"extra":1}""", "unknownField", "/name", "/target/url", "/target/secret", "/extra")]
    public async Task Each_fault_is_named(string body, string code, params string[] fields) =>
        (await (await Service.NewWorkspaceAsync()).PostAsync(Path, body)).AssertRefused(422, code, fields);

    [TestCase(99, 201)]
    [TestCase(100, 201)]
    [TestCase(101, 422)]
    public async Task A_name_has_at_most_100_characters(int length, int status) => Assert.That((await (await Service.NewWorkspaceAsync())
        .PostAsync(Path, $$"""{"name":"{{string.Concat(Enumerable.Repeat("😀", length))}}"}""")).Status, Is.EqualTo(status));

    [TestCase("http://shop.example", 201)]
    [TestCase("https://shop.example:8443/a?b", 201)]
    [TestCase("https://93.184.215.14/", 201)]
    [TestCase("https://[2606:4700::1111]/", 201)]
    [TestCase("shop.example", 422)]
    [TestCase("ftp://shop.example", 422)]
    [TestCase("https://user:password@shop.example", 422)]
    [TestCase("https://shop.example/#a", 422)]
    [TestCase("http://127.0.0.1:8080", 422)]
    [TestCase("http://localhost/", 422)]
    [TestCase("http://receiver.localhost:8080/hooks", 422)]
    [TestCase("http://2130706433", 422)]
    [TestCase("http://0x7f.1", 422)]
    [TestCase("http://10.1.2.3", 422)]
    [TestCase("http://169.254.169.254/latest/meta-data", 422)]
    [TestCase("http://[::1]", 422)]
    [TestCase("http://[::ffff:192.168.0.1]", 422)]
    [TestCase("http://[fd00::1]", 422)]
    public async Task A_target_is_a_url_on_the_public_internet(string url, int status)
    {
        var answer = await (await Service.NewWorkspaceAsync()).PostAsync(Path, $$"""{"name":"a","target":{"url":"{{url}}","secret":"{{Webhooks.Secret}}"} }""");
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        if (status == 422)
        {
            answer.AssertRefused(422, "validationFailed", "/target/url");
        }
    }

    [TestCase(TargetUrl.MaxLength, 201)]
    [TestCase(TargetUrl.MaxLength + 1, 422)]
    public Task A_url_has_at_most_2048_characters(int length, int status) =>
        A_target_is_a_url_on_the_public_internet("https://shop.example/".PadRight(length, 'x'), status);
}
