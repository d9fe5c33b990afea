using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Flownally.Api.Tests.CommandLine;
using Flownally.Client;

namespace Flownally.Api.Tests.Sdk;

public sealed class AnswerTests
{
    [Test]
    public async Task An_empty_503_of_a_proxy_is_told_by_its_status()
    {
        var client = Clients.Of(new Answers((HttpStatusCode.ServiceUnavailable, "text/plain", "")));
        var request = new CreateEventTypeRequest { Name = "order.paid" };
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.CreateEventTypeAsync(request));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((refusal!.Status, refusal.Problem, refusal.Response), Is.EqualTo((503, (FlownallyProblem?)null, "")));
            Assert.That(refusal.Message, Does.Contain("503 Service Unavailable"));
        }
    }

    [TestCase("application/problem+json", "<html>")]
    [TestCase("application/json", """{"message":"no upstream"}""")]
    public async Task A_refusal_of_something_else_has_no_problem(string type, string body)
    {
        var network = new Answers((HttpStatusCode.BadRequest, type, body));
        var refusal = await Assert.CatchAsync<FlownallyException>(() => Clients.Of(network).GetEventsAsync());
        Assert.That((refusal!.Status, refusal.Problem, refusal.Response), Is.EqualTo((400, (FlownallyProblem?)null, body)));
    }

    [Test]
    public async Task A_problem_without_a_code_is_told_by_its_status()
    {
        var network = new Answers((HttpStatusCode.BadRequest, "application/problem+json", """{"title":"No route."}"""));
        var refusal = await Assert.CatchAsync<FlownallyException>(() => Clients.Of(network).GetEventsAsync());
        Assert.That((refusal!.Message, refusal.Problem!.Code), Is.EqualTo(("400 Bad Request: No route.", (string?)null)));
    }

    [TestCase("<html>")]
    [TestCase("")]
    [TestCase("null")]
    [TestCase("""{"id":1}""")]
    [TestCase("""{"events":[],"totalSize":0}""")]
    public async Task A_success_that_is_none_of_the_contract_is_told(string body)
    {
        var refusal = await Assert.CatchAsync<FlownallyException>(() => Clients.Of(Answers.Json(body)).GetEventAsync("evt_1"));
        Assert.That((refusal!.Status, refusal.Response), Is.EqualTo((200, body)));
    }

    [Test]
    public async Task An_event_that_lacks_a_member_of_the_contract_is_told(
        [Values("id", "tenantId", "contactId", "eventTypeId", "eventTypeName", "schemaVersion", "payload", "occurredAt", "createdAt")]
        string member)
    {
        var body = JsonNode.Parse(Answers.Event)!.AsObject();
        body.Remove(member);
        var client = Clients.Of(Answers.Json(body.ToJsonString()));
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.RecordAsync("ctc_1", "order.paid", new { }));
        Assert.That(refusal!.Message, Does.StartWith("The answer is 200 OK, but not as the contract says: ").And.Contain(member));
    }

    [TestCase("""{"events":[]}""", "nextCursor")]
    [TestCase("""{"nextCursor":"c1"}""", "events")]
    [TestCase("""{"events":[],"nextCursor":null}""", "nextCursor")]
    [TestCase("""{"events":null,"nextCursor":"c1"}""", "events")]
    [TestCase("""{"events":[{"id":"evt_1"}],"nextCursor":"c1"}""", "tenantId")]
    public async Task A_page_of_the_feed_that_lacks_a_member_of_the_contract_is_told(string body, string member)
    {
        var client = Clients.Of(Answers.Json(body));
        var refusal = await Assert.CatchAsync<FlownallyException>(async () => await client.FollowEventFeedAsync().FirstAsync());
        Assert.That(refusal!.Message, Does.Contain("not as the contract says").And.Contain(member));
    }

    [Test]
    public void The_members_that_the_contract_requires_of_answers_are_required_by_their_types()
    {
        using var contract = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RunningService.Root.FullName, "docs/openapi.json")));
        var expected =
            from schema in contract.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject()
            where schema.Name != "ProblemDetails" // the client also reads problems of proxies
            let type = typeof(Event).Assembly.GetType($"Flownally.Client.{schema.Name}", throwOnError: true)!
            where type.GetProperty("AdditionalProperties") is not null
            from member in schema.Value.GetProperty("required").EnumerateArray()
            select $"{schema.Name}.{member}";
        var actual =
            from type in typeof(Event).Assembly.GetExportedTypes()
            from property in type.GetProperties()
            where property.IsDefined(typeof(JsonRequiredAttribute))
            select $"{type.Name}.{property.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name}";
        Assert.That(actual, Is.EquivalentTo(expected).And.Contains("EventTypeVersion.acceptedBy"));
    }

    [Test]
    public async Task A_value_that_a_newer_service_sends_is_unknown_and_its_member_is_kept()
    {
        var client = Clients.Of(Answers.Json("""
            {"id":"jrn_1","tenantId":"tn_1","name":"Thanks","status":"archived","entryMode":"once","color":"red",
            "createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"}
            """));
        var journey = await client.GetJourneyAsync("jrn_1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((journey.Status, journey.EntryMode), Is.EqualTo((JourneyStatus.Unknown, EntryMode.Once)));
            Assert.That(journey.AdditionalProperties!["color"].GetString(), Is.EqualTo("red"));
        }
    }

    [Test]
    public void An_unknown_value_cannot_be_sent()
    {
        var request = new CreateJourneyRequest { Name = "Thanks", EntryMode = EntryMode.Unknown };
        Assert.Throws<ArgumentException>(() => Clients.Of(new Answers()).CreateJourneyAsync(request));
    }

    [Test]
    public async Task The_message_names_every_fault()
    {
        var client = await Clients.NewAsync();
        var type = await client.CreateEventTypeAsync(new CreateEventTypeRequest
        {
            Name = "order.paid",
            PayloadSchema = JsonElement.Parse("""{"required":["total"],"properties":{"currency":{"type":"string"}}}"""),
        });
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.RecordAsync("ctc_1", type.Name, new { currency = 1 }));
        Assert.That(refusal!.Message.Split(Environment.NewLine), Is.EqualTo(
        [
            $"payloadInvalid: {refusal.Problem!.Detail ?? refusal.Problem.Title}",
            .. refusal.Problem.Errors!.Select(fault => $"{fault.Field}: {fault.Message}"),
        ]));
        Assert.That(refusal.Problem.Errors, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_change_can_be_bound_to_what_was_read()
    {
        var client = await Clients.NewAsync();
        var created = await client.CreateEventTypeAsync(new CreateEventTypeRequest { Name = "order.paid" });
        var read = await client.GetEventTypeAsync(created.Id);
        var renamed = await client.UpdateEventTypeAsync(read.Id, new UpdateEventTypeRequest { Name = "order.settled" }, ifMatch: read.ETag);
        var refusal = await Assert.CatchAsync<FlownallyException>(() =>
            client.UpdateEventTypeAsync(read.Id, new UpdateEventTypeRequest { Name = "order.paid" }, ifMatch: read.ETag));
        var journey = await client.CreateJourneyAsync(new CreateJourneyRequest { Name = "Thanks" });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { created.ETag, read.ETag, renamed.ETag, journey.ETag }, Is.EqualTo(["\"1\"", "\"1\"", "\"2\"", "\"1\""]));
            Assert.That(refusal!.Problem!.Code, Is.EqualTo("preconditionFailed"));
        }
    }

    [Test]
    public void A_header_with_a_line_break_is_refused_before_any_call()
    {
        var client = Clients.Of(new Answers());
        var refusal = Assert.Catch<ArgumentException>(() => client.DeleteEventTypeAsync("evt-type_1", ifMatch: "\"1\"\n"));
        Assert.That(refusal!.ParamName, Is.EqualTo("ifMatch"));
    }

    [Test]
    public async Task A_page_is_as_large_as_one_likes()
    {
        var network = Answers.Json(
            $$"""{"events":[{{Answers.Event}},{{Answers.Event}}],"nextPageToken":"p&2","totalSize":3}""",
            $$"""{"events":[{{Answers.Event}}],"totalSize":3}""");
        var events = await Clients.Of(network).EnumerateContactEventsAsync("ctc_1", pageSize: 2).ToListAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(events, Has.Count.EqualTo(3));
            Assert.That(network.Calls.Select(call => call.Address.Query), Is.EqualTo(["?pageSize=2", "?pageSize=2&pageToken=p%262"]));
        }
    }
}
