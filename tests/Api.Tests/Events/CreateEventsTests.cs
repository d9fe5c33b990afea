using System.Text;
using System.Text.Json.Nodes;
using Flownally.Api.Http.Binding;

namespace Flownally.Api.Tests.Events;

public sealed class CreateEventsTests
{
    private const string Path = "/v1/events/batch";
    private const string Moment = """{"contactId":"ctc_1","eventTypeName":"signup.completed"}""";

    [Test]
    public async Task Each_has_its_result_in_its_place()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await Service.NewTypeAsync(workspace.Tenant, "order.paid", """{"required":["total"]}""");
        var first = (string)(await workspace.RecordedAsync("ctc_1", ""","idempotencyKey":"k-1" """))["id"]!;
        var results = await ResultsAsync(workspace,
            Moment,
            """{"eventTypeName":"signup.completed"}""",
            """{"contactId":"ctc_1","eventTypeName":"order.paid","payload":{"n":1}}""",
            """{"contactId":"ctc_1","eventTypeName":"signup.completed","idempotencyKey":"k-1"}""",
            """{"contactId":"ctc_1","eventTypeName":"unheard.of"}""",
            """{"contactId":"ctc_1","eventTypeName":"order.paid","payload":{"total":1},"payloads":{}}""",
            "[]",
            """{"contactId":"ctc_2","eventTypeName":"order.paid","payload":{"total":1.50},"idempotencyKey":"k-2"}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Select(result => (int)result["status"]!), Is.EqualTo([201, 422, 422, 409, 422, 422, 422, 201]));
            Assert.That(results.Select(result => (string?)result["problem"]?["code"]), Is.EqualTo([
                null, "validationFailed", "payloadInvalid", "idempotencyKeyExists", "eventTypeUnknown", "unknownField", "validationFailed", null]));
            Assert.That((string)results[1]["problem"]!["errors"]![0]!["field"]!, Is.EqualTo("/contactId"), "Places are told as if the moment stood alone.");
            Assert.That((string)results[3]["problem"]!["existingEventId"]!, Is.EqualTo(first));
            Assert.That((bool)results[3]["problem"]!["sameRequest"]!);
        }

        var stored = await workspace.GetAsync($"/v1/events/{(string)results[7]["id"]!}");
        Assert.That(stored.Json["payload"]!.ToJsonString(), Is.EqualTo("""{"total":1.50}"""));
        Assert.That((int)(await workspace.GetAsync("/v1/events")).Json["totalSize"]!, Is.EqualTo(3));
    }

    [TestCase("""{"contactId":"c","eventTypeName":"signup.completed","payload":{"a":"\u0000"}}""", 422, "validationFailed", "/payload/a")]
    [TestCase("""{"contactId":"c","eventTypeName":"signup.completed","payload":{"\ud800":1}}""", 422, "validationFailed", "/payload/\\ud800")]
    [TestCase("""{"contactId":"c","eventTypeName":"signup.completed","payload":[{"a":[1,1e999999]}]}""", 422, "validationFailed", "/payload/0/a/1")]
    [TestCase("""{"contactId":"c","eventTypeName":"signup.completed","payload":{"a":{"b":1,"b":2}}}""", 400, "duplicateMember", "/payload/a/b")]
    [TestCase("""{"contactId":"c","eventTypeName":"signup.completed","payload":{"a":"ÿ"}}""", 400, "malformedJson", "/payload/a")]
    [TestCase("""{"contactId":"cÿ","eventTypeName":"signup.completed"}""", 400, "malformedJson", "/contactId")]
    [TestCase("null", 422, "validationFailed", "")]
    public async Task One_that_cannot_be_taken_is_refused_by_itself(string broken, int status, string code, string field)
    {
        var workspace = await Service.NewWorkspaceAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Content = new ByteArrayContent(Encoding.Latin1.GetBytes($$"""{ "events" : [ {{Moment}}, {{broken}} , {{Moment}} ] }""")), // in which ÿ is no UTF-8
        };
        request.Content.Headers.ContentType = new("application/json");
        var answer = await workspace.SendAsync(request);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        var results = answer.Json["results"]!.AsArray();
        Assert.That(results.Select(result => (int)result!["status"]!), Is.EqualTo([201, status, 201]));
        Assert.That(((string)results[1]!["problem"]!["code"]!, (string)results[1]!["problem"]!["errors"]![0]!["field"]!), Is.EqualTo((code, field)));
    }

    [Test]
    public async Task One_with_too_large_a_payload_is_refused_by_itself()
    {
        var results = await ResultsAsync(await Service.NewWorkspaceAsync(), Moment,
            $$"""{"contactId":"c","eventTypeName":"signup.completed","payload":{"a":"{{new string('x', 64 * 1024)}}"} }""");
        Assert.That(results.Select(result => (string?)result["problem"]?["code"]), Is.EqualTo([null, "payloadTooLarge"]));
    }

    [Test]
    public async Task Of_two_with_one_key_one_is_recorded()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var keyed = """{"contactId":"ctc_1","eventTypeName":"signup.completed","idempotencyKey":"k-1"}""";
        var results = await ResultsAsync(workspace, keyed, keyed, keyed);
        var recorded = results.Single(result => (int)result["status"]! == 201);
        Assert.That(results.Where(result => (int)result["status"]! == 409).Select(result => (string)result["problem"]!["existingEventId"]!),
            Is.EqualTo([(string)recorded["id"]!, (string)recorded["id"]!]));
    }

    [TestCase(0, 422)]
    [TestCase(1, 200)]
    [TestCase(Batch.MaxItems, 200)]
    [TestCase(Batch.MaxItems + 1, 422)]
    public async Task It_takes_1_to_1000(int moments, int status)
    {
        var answer = await PostAsync(await Service.NewWorkspaceAsync(), Enumerable.Repeat(Moment, moments));
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text[..Math.Min(answer.Text.Length, 500)]);
        if (status == 422)
        {
            answer.AssertRefused(422, "validationFailed", "/events");
        }
    }

    [Test]
    public async Task It_takes_8_MiB_and_no_byte_more()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var body = new StringBuilder($$"""{"events":[{{Moment}}]}""");
        body.Append(' ', 8 * 1024 * 1024 - body.Length);
        Assert.That((await workspace.PostAsync(Path, body.ToString())).Status, Is.EqualTo(200));
        using var larger = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(body.Append(' ').ToString(), Encoding.UTF8, "application/json") };
        larger.Headers.ExpectContinue = true; // else the answer may come while the body is still being sent
        (await workspace.SendAsync(larger)).AssertRefused(413, "requestTooLarge");
    }

    [TestCase("""{"events":{}}""", 422, "validationFailed", "/events")]
    [TestCase("""{}""", 422, "validationFailed", "/events")]
    [TestCase("""{"events":[{}],"events":[{}]}""", 400, "duplicateMember", "/events")]
    [TestCase("""{"events":[{"contactId":"\u0000"}],"\u0000":1}""", 422, "validationFailed", "/\\u0000")]
    [TestCase("""{"events":[{},]}""", 400, "malformedJson")]
    [TestCase("""{"events":[{"a":nul}]}""", 400, "malformedJson")]
    [TestCase("""{"events":[{}]}{}""", 400, "malformedJson")]
    [TestCase("""{"events":[{}]""", 400, "malformedJson")]
    [TestCase("""[{"events":[{}]}]""", 422, "validationFailed", "")]
    [TestCase("""{"events":[{}],"more":1}""", 422, "unknownField", "/more")]
    public async Task A_body_that_is_no_batch_is_refused_whole(string body, int status, string code, params string[] fields)
    {
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.PostAsync(Path, body)).AssertRefused(status, code, fields);
    }

    [Test]
    public async Task A_key_in_the_header_is_refused_because_it_could_not_stand_for_many()
    {
        var workspace = await Service.NewWorkspaceAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent($$"""{"events":[{{Moment}}]}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", "k-1");
        (await workspace.SendAsync(request)).AssertRefused(400, "parameterInvalid", "Idempotency-Key");
    }

    [Test]
    public async Task It_needs_the_scope_to_record()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var reader = workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, Domain.ApiKeys.Role.Owner, ["event:list"]));
        (await reader.PostAsync(Path, $$"""{"events":[{{Moment}}]}""")).AssertRefused(403, "scopeMissing");
    }

    private static Task<Answer> PostAsync(Workspace workspace, IEnumerable<string> moments) =>
        workspace.PostAsync(Path, $$"""{"events":[{{string.Join(',', moments)}}]}""");

    private static async Task<List<JsonNode>> ResultsAsync(Workspace workspace, params string[] moments)
    {
        var answer = await PostAsync(workspace, moments);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        return [.. answer.Json["results"]!.AsArray().Select(result => result!)];
    }
}
