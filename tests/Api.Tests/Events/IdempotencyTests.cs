namespace Flownally.Api.Tests.Events;

public sealed class IdempotencyTests
{
    private const string Body = """{"eventTypeName":"signup.completed","payload":{"a":1.0,"b":[2]},"occurredAt":"2026-01-01T00:00:00Z"}""";

    /// <summary>The same values in other words.</summary>
    private const string Same = """{"occurredAt":"2026-01-01T01:00:00+01:00","payload":{"b":[2e0],"a":1},"eventTypeName":"signup.completed"}""";

    [TestCase("k-1")]
    [TestCase("\"k-1\"")]
    public async Task A_header_key_replays_the_first_answer(string header)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var first = await workspace.RecordAsync("ctc_1", Body, "k-1");
        var again = await workspace.RecordAsync("ctc_1", Same, header);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Headers.Contains("Idempotency-Replayed"), Is.False);
            Assert.That((string)first.Json["idempotencyKey"]!, Is.EqualTo("k-1"));
            Assert.That(again.Status, Is.EqualTo(201));
            Assert.That(again.Headers.GetValues("Idempotency-Replayed"), Is.EqualTo(["true"]));
            Assert.That(again.Headers.Location, Is.EqualTo(first.Headers.Location));
            Assert.That(again.Text, Is.EqualTo(first.Text));
        }

        Assert.That((int)(await workspace.GetAsync("/v1/contacts/ctc_1/events")).Json["totalSize"]!, Is.EqualTo(1));
    }

    [TestCase("""{"suppressJourneys":true,""", "{")]
    [TestCase("{", """{"suppressJourneys":true,""")]
    [TestCase("""{"suppressJourneys":false,""", "{")]
    public async Task Whether_journeys_are_suppressed_makes_no_other_request(string first, string repeat)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var recorded = await workspace.RecordAsync("ctc_1", first + Body[1..], "k-1");
        var again = await workspace.RecordAsync("ctc_1", repeat + Body[1..], "k-1");
        Assert.That((recorded.Status, again.Status, again.Text), Is.EqualTo((201, 201, recorded.Text)));
        (await workspace.RecordAsync("ctc_1", WithKey(repeat + Body[1..]))).AssertRefused(409, "idempotencyKeyExists");
    }

    [Test]
    public async Task A_replay_shows_the_event_as_it_reads_today()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        var body = $$"""{"eventTypeId":"{{type.Id}}"}""";
        await workspace.RecordAsync("ctc_1", body, "k-1");
        await workspace.PatchAsync($"/v1/event-types/{type.Id}", """{"name":"order.settled"}""");
        Assert.That((string)(await workspace.RecordAsync("ctc_1", body, "k-1")).Json["eventTypeName"]!, Is.EqualTo("order.settled"));
    }

    [TestCase("ctc_2", Body)]
    [TestCase("ctc_1", """{"eventTypeName":"plan.changed","payload":{"a":1.0,"b":[2]},"occurredAt":"2026-01-01T00:00:00Z"}""")]
    [TestCase("ctc_1", """{"eventTypeName":"signup.completed","payload":{"a":"1","b":[2]},"occurredAt":"2026-01-01T00:00:00Z"}""")]
    [TestCase("ctc_1", """{"eventTypeName":"signup.completed","payload":{"a":1.0,"b":[2]},"occurredAt":"2026-01-01T00:00:01Z"}""")]
    [TestCase("ctc_1", """{"eventTypeName":"signup.completed","payload":{"a":1.0,"b":[2]}}""")]
    public async Task A_header_key_on_another_request_is_refused(string contact, string body)
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordAsync("ctc_1", Body, "k-1");
        (await workspace.RecordAsync(contact, body, "k-1")).AssertRefused(422, "idempotencyKeyReused");
    }

    [TestCase(Same, true)]
    [TestCase("""{"eventTypeName":"plan.changed"}""", false)]
    public async Task A_body_key_makes_every_repeat_a_conflict_that_names_the_first(string repeat, bool same)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var first = await workspace.RecordAsync("ctc_1", WithKey(Body));
        var again = await workspace.RecordAsync("ctc_1", WithKey(repeat));
        again.AssertRefused(409, "idempotencyKeyExists");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.Headers.Location, Is.EqualTo(first.Headers.Location));
            Assert.That((string)again.Json["existingEventId"]!, Is.EqualTo((string)first.Json["id"]!));
            Assert.That((bool)again.Json["sameRequest"]!, Is.EqualTo(same));
        }
    }

    [Test]
    public async Task Header_and_body_share_their_keys_and_the_body_rule_holds_where_both_stand()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordAsync("ctc_1", Body, "k-1");
        (await workspace.RecordAsync("ctc_1", WithKey(Body), "k-1")).AssertRefused(409, "idempotencyKeyExists");
        (await workspace.RecordAsync("ctc_1", WithKey(Body), "k-2")).AssertRefused(400, "idempotencyKeyConflict");
    }

    [Test]
    public async Task Tenants_do_not_share_keys()
    {
        await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", Body, "k-1");
        Assert.That((await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_2", Body, "k-1")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task A_refused_request_leaves_no_trace_of_its_key()
    {
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.RecordAsync("ctc_1", """{"eventTypeName":"no.such"}""", "k-1")).AssertRefused(422, "eventTypeUnknown", "/eventTypeName");
        Assert.That((await workspace.RecordAsync("ctc_1", Body, "k-1")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task Identical_calls_at_the_same_moment_make_one_event()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => workspace.RecordAsync("ctc_1", Body, "k-1")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(201));
            Assert.That(answers.Select(answer => answer.Text).Distinct().Count(), Is.EqualTo(1));
            Assert.That(answers.Count(answer => !answer.Headers.Contains("Idempotency-Replayed")), Is.EqualTo(1));
            Assert.That((int)(await workspace.GetAsync("/v1/contacts/ctc_1/events")).Json["totalSize"]!, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Identical_calls_with_a_body_key_at_the_same_moment_make_one_event()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => workspace.RecordAsync("ctc_1", WithKey(Body))));
        Assert.That(answers.Select(answer => answer.Status).Order(), Is.EqualTo([201, .. Enumerable.Repeat(409, 19)]));
        var first = (string)answers.Single(answer => answer.Status == 201).Json["id"]!;
        Assert.That(answers.Where(answer => answer.Status == 409).Select(answer => (string)answer.Json["existingEventId"]!), Is.All.EqualTo(first));
    }

    [TestCase("")]
    [TestCase("\"open")]
    [TestCase("\"\"")]
    public async Task A_malformed_header_key_is_a_wrong_parameter(string header) =>
        (await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", Body, header)).AssertRefused(400, "parameterInvalid", "Idempotency-Key");

    [TestCase(255, 201)]
    [TestCase(256, 422)]
    [TestCase(0, 422)]
    public async Task A_body_key_has_1_to_255_characters(int length, int status)
    {
        var answer = await (await Service.NewWorkspaceAsync()).RecordAsync("ctc_1", Body.Replace("{\"event", $"{{\"idempotencyKey\":\"{new string('k', length)}\",\"event", StringComparison.Ordinal));
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
    }

    private static string WithKey(string body) => string.Concat("""{"idempotencyKey":"k-1",""", body.AsSpan(1));
}
