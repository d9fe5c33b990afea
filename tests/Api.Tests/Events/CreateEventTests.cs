namespace Flownally.Api.Tests.Events;

public sealed class CreateEventTests
{
    private const string Path = "/v1/events";

    [Test]
    public async Task The_old_form_records_and_says_where_the_new_one_is()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var answer = await workspace.PostAsync(Path, """{"contactId":"crm:a@b","eventTypeName":"signup.completed","payload":{"a":1.0}}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
            Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo($"/v1/events/{answer.Json["id"]}"));
            Assert.That(answer.Headers.GetValues("Deprecation"), Is.EqualTo(["@1767225600"]));
            Assert.That(answer.Headers.GetValues("Link"), Is.EqualTo(["</v1/contacts/crm%3Aa%40b/events>; rel=\"successor-version\""]));
            Assert.That(answer.Headers.Contains("Sunset"), Is.False);
        }

        Assert.That((await workspace.GetAsync("/v1/contacts/crm:a@b/events")).Json["events"]![0]!.ToJsonString(), Is.EqualTo(answer.Json.ToJsonString()));
    }

    [TestCase("""{"eventTypeName":"signup.completed"}""", "validationFailed", "/contactId")]
    [TestCase("""{"contactId":"a b","eventTypeName":"signup.completed"}""", "validationFailed", "/contactId")]
    [TestCase("""{"contactId":".","eventTypeName":"signup.completed"}""", "validationFailed", "/contactId")]
    [TestCase("""{"contactId":"..","eventTypeName":"signup.completed"}""", "validationFailed", "/contactId")]
    [TestCase("""{"contactId":"a","eventTypeName":"signup.completed","contact":"a"}""", "unknownField", "/contact")]
    [TestCase("""{"contactId":"a","eventTypeName":"no.such"}""", "eventTypeUnknown", "/eventTypeName")]
    public async Task Each_fault_is_named(string body, string code, string field)
    {
        var answer = await (await Service.NewWorkspaceAsync()).PostAsync(Path, body);
        answer.AssertRefused(422, code, field);
        Assert.That(answer.Headers.Contains("Deprecation"), Is.True);
        Assert.That((await (await Service.NewWorkspaceAsync()).PostAsync($"{Path}?x=1", body)).Headers.Contains("Deprecation"), Is.True);
    }

    [Test]
    public async Task A_body_that_turns_out_too_large_is_told_of_the_better_form_as_well()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StreamContent(new MemoryStream(new byte[1_100_000])) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.TransferEncodingChunked = true;
        var answer = await (await Service.NewWorkspaceAsync()).SendAsync(request);
        answer.AssertRefused(413, "requestTooLarge");
        Assert.That(answer.Headers.Contains("Deprecation"), Is.True);
    }

    [Test]
    public async Task Both_forms_share_their_keys()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var first = await workspace.RecordAsync("ctc_1", """{"eventTypeName":"signup.completed","idempotencyKey":"k"}""");
        var repeat = await workspace.PostAsync(Path, """{"contactId":"ctc_1","eventTypeName":"signup.completed","idempotencyKey":"k"}""");
        repeat.AssertRefused(409, "idempotencyKeyExists");
        Assert.That((string)repeat.Json["existingEventId"]!, Is.EqualTo((string)first.Json["id"]!));
        Assert.That((bool)repeat.Json["sameRequest"]!, Is.True);
    }
}
