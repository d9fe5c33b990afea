using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flownally.Client;

namespace Flownally.Api.Tests.Sdk;

public sealed class RecordingTests
{
    [Test]
    public async Task A_key_in_the_request_is_the_only_one_and_a_repeat_shows_the_event_again()
    {
        var client = await Clients.NewAsync();
        var request = new CreateContactEventRequest { EventTypeName = "signup.completed", IdempotencyKey = "k" };
        var first = await client.RecordAsync("ctc_1", request);
        var again = await client.RecordAsync("ctc_1", request, "k");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.IdempotencyKey, first.WasReplayed), Is.EqualTo(("k", false)));
            Assert.That((again.Id, again.WasReplayed), Is.EqualTo((first.Id, true)));
            Assert.That(request.IdempotencyKey, Is.EqualTo("k"));
        }
    }

    [Test]
    public async Task A_batch_that_is_too_large_is_refused_by_the_service_and_not_by_the_network()
    {
        var client = await Clients.NewAsync();
        var payload = JsonSerializer.SerializeToElement(new { text = new string('x', 9_500) });
        var events = Enumerable.Range(0, 1_000)
            .Select(_ => new CreateEventRequest { ContactId = "ctc_1", EventTypeName = "signup.completed", Payload = payload }).ToList();
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.RecordBatchAsync(events));
        Assert.That((refusal!.Status, refusal.Problem?.Code), Is.EqualTo((413, "requestTooLarge")));
        Assert.That(await client.RecordBatchAsync(events[..500]), Has.All.Property(nameof(RecordedEventResult.Status)).EqualTo(201));
    }

    [Test]
    public void What_cannot_be_sent_is_refused_by_its_parameter()
    {
        var client = Clients.Of(new Answers());
        var empty = new CreateEventRequest { ContactId = "ctc_1", EventTypeName = "signup.completed", Payload = default(JsonElement) };
        Assert.That(() => client.RecordBatchAsync([null!]), Throws.ArgumentException.With.Property("ParamName").EqualTo("events"));
        Assert.That(() => client.RecordBatchAsync([empty]), Throws.ArgumentException);
    }

    [Test]
    public void Two_keys_that_differ_are_refused()
    {
        var request = new CreateContactEventRequest { EventTypeName = "signup.completed", IdempotencyKey = "k" };
        var refusal = Assert.Catch<ArgumentException>(() => Clients.Of(new Answers()).RecordAsync("ctc_1", request, "l"));
        Assert.That(refusal!.ParamName, Is.EqualTo("idempotencyKey"));
    }

    [TestCase(1)]
    [TestCase(255)]
    public async Task A_key_of_any_length_is_taken(int length)
    {
        var client = await Clients.NewAsync();
        var key = new string('k', length);
        var recorded = await client.RecordAsync("ctc_1", "signup.completed", new { }, idempotencyKey: key);
        Assert.That(recorded.IdempotencyKey, Is.EqualTo(key));
    }

    [TestCase("")]
    [TestCase("order\nA-1")]
    [TestCase("Bestellung für A-1")]
    [TestCase(256)]
    public void A_key_that_is_none_is_refused_before_any_call(object key)
    {
        var text = key as string ?? new string('k', (int)key);
        var client = Clients.Of(new Answers());
        var refusal = Assert.Throws<ArgumentException>(() =>
            client.RecordAsync("ctc_1", "signup.completed", new { }, idempotencyKey: text));
        Assert.That(refusal!.ParamName, Is.EqualTo("idempotencyKey"));
    }

    [TestCase(" k ")]
    [TestCase("\"k\"")]
    [TestCase("a\\\"b")]
    public async Task A_key_arrives_as_it_is(string key)
    {
        var client = await Clients.NewAsync();
        var recorded = await client.RecordAsync("ctc_1", "signup.completed", new { }, idempotencyKey: key);
        Assert.That(recorded.IdempotencyKey, Is.EqualTo(key));
    }

    [Test]
    public async Task A_payload_is_written_and_read_without_reflection()
    {
        var client = await Clients.NewAsync();
        var type = (JsonTypeInfo<Dictionary<string, int>>)JsonSerializerOptions.Default.GetTypeInfo(typeof(Dictionary<string, int>));
        var recorded = await client.RecordAsync("ctc_1", "signup.completed", new() { ["total"] = 3 }, type);
        Assert.That(recorded.PayloadAs(type), Is.EqualTo(new Dictionary<string, int> { ["total"] = 3 }));
    }

    [Test]
    public async Task A_batch_whose_answer_is_lost_is_recorded_once()
    {
        var network = new BadNetwork(failures: 2);
        var client = await Clients.NewAsync(network);
        CreateEventRequest[] events =
        [
            new() { ContactId = "ctc_1", EventTypeName = "signup.completed" },
            new() { ContactId = "ctc_1", EventTypeName = "signup.completed", IdempotencyKey = "own" },
            new() { ContactId = "ctc_1", EventTypeName = "no.such.type" },
        ];
        var results = await client.RecordBatchAsync(events);
        var stored = await client.EnumerateEventsAsync().ToListAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(network.Calls, Is.EqualTo(4)); // two lost, the answer, and the list
            Assert.That(results.Select(result => (result.Status, result.WasReplayed, result.Problem?.Code)), Is.EqualTo(new[]
            {
                (201, true, null), (201, true, null), (422, false, "eventTypeUnknown"),
            }));
            Assert.That(stored.Select(@event => @event.Id), Is.EquivalentTo(results.Take(2).Select(result => result.Id)));
            Assert.That(stored.Select(@event => @event.IdempotencyKey), Does.Contain("own"));
        }
    }

    [Test]
    public async Task A_batch_that_is_given_again_records_nothing_twice_and_another_event_under_a_key_is_refused()
    {
        var client = await Clients.NewAsync();
        CreateEventRequest[] events = [new() { ContactId = "ctc_1", EventTypeName = "signup.completed" }];
        var first = (await client.RecordBatchAsync(events)).Single();
        var again = (await client.RecordBatchAsync(events)).Single();
        events[0].ContactId = "ctc_2";
        var other = (await client.RecordBatchAsync(events)).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.Status, first.WasReplayed), Is.EqualTo((201, false)));
            Assert.That((again.Status, again.Id, again.WasReplayed), Is.EqualTo((201, first.Id, true)));
            Assert.That((other.Status, other.Problem?.Code), Is.EqualTo((409, "idempotencyKeyExists")));
        }
    }

    [Test]
    public async Task Events_of_a_batch_that_are_refused_for_the_moment_are_sent_again()
    {
        var network = Answers.Json(
            """{"results":[{"status":201,"id":"evt_1"},{"status":429,"problem":{"code":"rateLimited"}},{"status":422}]}""",
            """{"results":[{"status":201,"id":"evt_2"}]}""");
        CreateEventRequest[] events = [new() { ContactId = "a" }, new() { ContactId = "b" }, new() { ContactId = "c" }];
        var results = await Clients.Of(network).RecordBatchAsync(events);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Select(result => (result.Status, result.Id)), Is.EqualTo([(201, "evt_1"), (201, "evt_2"), (422, null)]));
            Assert.That(network.Calls[1].Body, Does.Contain("\"b\"").And.Not.Contain("\"a\"").And.Not.Contain("\"c\""));
        }
    }

    [Test]
    public async Task An_answer_without_a_result_for_each_event_is_told()
    {
        var client = Clients.Of(Answers.Json("""{"results":[]}"""));
        await Assert.CatchAsync<FlownallyException>(() => client.RecordBatchAsync([new() { ContactId = "a" }]));
    }
}
