using System.Net;
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
    public async Task A_success_that_is_none_of_the_contract_is_told(string body)
    {
        var refusal = await Assert.CatchAsync<FlownallyException>(() => Clients.Of(Answers.Json(body)).GetEventAsync("evt_1"));
        Assert.That((refusal!.Status, refusal.Response), Is.EqualTo((200, body)));
    }

    [Test]
    public async Task A_value_that_a_newer_service_sends_is_unknown_and_its_member_is_kept()
    {
        var client = Clients.Of(Answers.Json("""{"id":"jrn_1","status":"archived","entryMode":"once","color":"red"}"""));
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
            PayloadSchema = System.Text.Json.JsonElement.Parse("""{"required":["total"],"properties":{"currency":{"type":"string"}}}"""),
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
        var network = Answers.Json("""{"events":[{},{}],"nextPageToken":"p&2"}""", """{"events":[{}]}""");
        var events = await Clients.Of(network).EnumerateContactEventsAsync("ctc_1", pageSize: 2).ToListAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(events, Has.Count.EqualTo(3));
            Assert.That(network.Calls.Select(call => call.Address.Query), Is.EqualTo(["?pageSize=2", "?pageSize=2&pageToken=p%262"]));
        }
    }
}
