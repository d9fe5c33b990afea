using System.Net.Http.Headers;
using System.Text;

namespace Flownally.Api.Tests.Http.Binding;

public sealed class StrictRequestTests
{
    private const string Path = "/v1/contacts/ctc_1/events";

    [TestCase("")]
    [TestCase("{")]
    [TestCase("{}{}")]
    [TestCase("""{"payload":{"a":NaN}}""")]
    [TestCase("""{"payload":{} /* no */}""")]
    [TestCase("""{"payload":{},}""")]
    public async Task What_is_not_strict_JSON_is_refused(string body) =>
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", body)).AssertRefused(400, "malformedJson");

    [Test]
    public async Task Bytes_that_are_no_UTF_8_are_refused()
    {
        var content = new ByteArrayContent([.. "{\"eventTypeName\":\""u8, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var answer = await (await Service.NewWorkspaceAsync()).SendAsync(new HttpRequestMessage(HttpMethod.Post, Path) { Content = content });
        answer.AssertRefused(400, "malformedJson", "/eventTypeName");
    }

    [TestCase("""{"eventTypeName":"a","eventTypeName":"b"}""", "/eventTypeName")]
    [TestCase("""{"payload":{"a":1,"\u0061":2}}""", "/payload/a")]
    [TestCase("""{"payload":{"a/b":[1,{"c":1,"c":1,"c":1}],"d":0,"d":0}}""", "/payload/a~1b/1/c", "/payload/d")]
    public async Task A_member_that_stands_twice_is_named(string body, params string[] fields) =>
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", body)).AssertRefused(400, "duplicateMember", fields);

    [Test]
    public async Task A_byte_order_mark_before_the_body_is_skipped()
    {
        var workspace = await Service.NewWorkspaceAsync();
        Assert.That((await workspace.RecordAsync("ctc_1", "\uFEFF{\"eventTypeName\":\"signup.completed\"}")).Status, Is.EqualTo(201));
        (await workspace.RecordAsync("ctc_1", "{\uFEFF\"eventTypeName\":\"signup.completed\"}")).AssertRefused(400, "malformedJson");
    }

    [Test]
    public async Task A_misspelt_member_is_named_with_all_other_faults() =>
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", """{"eventTypNam":1,"occurredAt":"2026-01-01","idempotencyKey":null,"payload":[]}"""))
            .AssertRefused(422, "unknownField", "/eventTypNam", "/occurredAt", "/idempotencyKey", "/payload");

    [TestCase("""{"eventTypeName":1}""", "/eventTypeName")]
    [TestCase("""{"eventTypeName":"signup.completed","occurredAt":5}""", "/occurredAt")]
    [TestCase("""{"eventTypeName":"signup.completed","occurredAt":"2026-01-01T00:00:00"}""", "/occurredAt")]
    [TestCase("""{"eventTypeName":"signup.completed","idempotencyKey":"é"}""", "/idempotencyKey")]
    [TestCase("""{"eventTypeName":"signup.completed","suppressJourneys":"true"}""", "/suppressJourneys")]
    [TestCase("""{"eventTypeName":"signup.completed","suppressJourneys":1}""", "/suppressJourneys")]
    [TestCase("""{"eventTypeName":"signup.completed","suppressJourneys":null}""", "/suppressJourneys")]
    [TestCase("""[]""", "")]
    public async Task A_member_of_the_wrong_type_is_named(string body, string field) =>
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", body)).AssertRefused(422, "validationFailed", field);

    [Test]
    public async Task Great_depth_is_refused_soon()
    {
        var body = $$"""{"payload":{{new string('[', 400_000)}}{{new string(']', 400_000)}}}""";
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", body)).AssertRefused(422, "validationFailed", "/payload" + string.Concat(Enumerable.Repeat("/0", 63)));
    }

    /// <summary>A client that does not wait for leave may find the connection closed while it still sends.</summary>
    [Test]
    public async Task A_body_over_a_mebibyte_is_refused()
    {
        using var content = new StringContent($$"""{"eventTypeName":"{{new string('x', 1024 * 1024)}}"}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/contacts/ctc_1/events") { Content = content };
        request.Headers.ExpectContinue = true;
        (await (await Service.NewWorkspaceAsync()).SendAsync(request)).AssertRefused(413, "requestTooLarge");
    }

    /// <summary>It is refused by what it announces, before memory is set aside for it.</summary>
    [TestCase(2L * 1024 * 1024 * 1024 - 1)]
    [TestCase(3L * 1024 * 1024 * 1024)]
    public async Task A_body_that_is_announced_as_huge_is_refused(long bytes)
    {
        using var content = new StreamContent(Stream.Null) { Headers = { ContentType = new("application/json"), ContentLength = bytes } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/contacts/ctc_1/events") { Content = content };
        request.Headers.ExpectContinue = true; // so that nothing of it is sent
        (await (await Service.NewWorkspaceAsync()).SendAsync(request)).AssertRefused(413, "requestTooLarge");
    }

    [TestCase("text/plain", null)]
    [TestCase("application/json", "iso-8859-1")]
    public async Task A_body_that_is_not_declared_as_JSON_is_refused(string type, string? charset)
    {
        var content = new StringContent("{}", Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue(type) { CharSet = charset };
        var answer = await (await Service.NewWorkspaceAsync()).SendAsync(new HttpRequestMessage(HttpMethod.Post, Path) { Content = content });
        answer.AssertRefused(415, "unsupportedMediaType");
    }

    [TestCase("text/html", 406)]
    [TestCase("application/json;q=0, */*", 406)]
    [TestCase("text/html, application/*;q=0.1", 200)]
    [TestCase("*/*", 200)]
    [TestCase("application/json; charset=utf-8", 200)]
    [TestCase("application/json;charset=utf-16, text/html", 200)]
    [TestCase("application/json;profile=\"x\";q=0.5", 200)]
    [TestCase("application/json;profile=x;q=0", 406)]
    public async Task Answers_are_JSON_or_nothing(string accept, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.AcceptCharset.ParseAdd("utf-16");
        var answer = await (await Service.NewWorkspaceAsync()).SendAsync(request);
        Assert.That(answer.Status, Is.EqualTo(status));
        if (status == 406)
        {
            answer.AssertRefused(406, "notAcceptable");
        }
        else
        {
            Assert.That(answer.ContentHeaders.ContentType?.ToString(), Is.EqualTo("application/json; charset=utf-8"));
        }
    }

    [Test]
    public async Task An_unknown_address_and_an_unknown_method_are_refused_in_the_same_shape()
    {
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.GetAsync("/v1/nothing")).AssertRefused(404, "routeNotFound");
        var answer = await workspace.SendAsync(new HttpRequestMessage(HttpMethod.Delete, Path));
        answer.AssertRefused(405, "methodNotAllowed");
        Assert.That(answer.ContentHeaders.Allow, Is.EquivalentTo(["GET", "HEAD", "POST"]));
    }
}
