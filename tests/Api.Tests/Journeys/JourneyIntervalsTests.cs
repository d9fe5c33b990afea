using System.Text.Json.Nodes;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;

namespace Flownally.Api.Tests.Journeys;

/// <summary>Which events lie in an interval of a journey: those that were recorded while it was active, whatever else happens to it.</summary>
public sealed class JourneyIntervalsTests
{
    [Test]
    public async Task Events_count_that_are_recorded_between_an_activation_and_what_ends_it()
    {
        var journey = await NewJourneyAsync();
        var (counting, others) = (new List<string>(), new List<string>());
        await RecordAsync(journey, others); // a draft
        await journey.DoAsync("activate");
        await RecordAsync(journey, counting);
        await journey.DoAsync("activate"); // changes nothing
        await RecordAsync(journey, counting);
        await journey.DoAsync("pause");
        await RecordAsync(journey, others);
        await journey.DoAsync("pause");
        await RecordAsync(journey, others);
        await journey.DoAsync("activate");
        await RecordAsync(journey, counting);
        await journey.PatchAsync("""{"triggerConfig":{"payloadFilter":{"required":["id"]}}}""");
        await RecordAsync(journey, counting);
        await journey.PatchAsync("""{"entryMode":"everyTime"}""");
        await RecordAsync(journey, counting);
        await journey.Workspace.DeleteAsync(journey.Address);
        await RecordAsync(journey, others);

        var intervals = await StoredJourneys.IntervalsAsync(journey.Json);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await StoredJourneys.ReactionsAsync(journey.Json)).Select(id => new EventId(id).ToString()), Is.EqualTo(counting));
            Assert.That(intervals.Select(interval => (interval.PayloadFilter, interval.EntryMode)), Is.EqualTo([
                (null, "once"), (null, "once"), ("""{"required":["id"]}""", "once"), ("""{"required":["id"]}""", "everyTime"),
            ]));
            Assert.That(intervals.Select(interval => new EventTypeId(interval.EventTypeId).ToString()), Is.All.EqualTo((string)journey.Json["triggerConfig"]!["eventTypeId"]!));
            Assert.That(intervals.Select(interval => interval.ToTx), Is.All.Not.Null);
            Assert.That(intervals[2].FromTx, Is.EqualTo(intervals[1].ToTx), "a change ends one and begins the next in one transaction");
            Assert.That(intervals[3].FromTx, Is.EqualTo(intervals[2].ToTx));
            Assert.That(intervals[1].FromTx, Is.GreaterThan(intervals[0].ToTx!.Value));
        }
    }

    [Test]
    public async Task An_interval_is_open_while_the_journey_is_active()
    {
        var journey = await NewJourneyAsync();
        Assert.That(await StoredJourneys.IntervalsAsync(journey.Json), Is.Empty);
        await journey.DoAsync("activate");
        Assert.That((await StoredJourneys.IntervalsAsync(journey.Json)).Select(interval => interval.ToTx), Is.EqualTo([(long?)null]));
        await journey.DoAsync("pause");
        Assert.That((await StoredJourneys.IntervalsAsync(journey.Json)).Select(interval => interval.ToTx), Is.All.Not.Null);
    }

    [Test]
    public async Task A_type_that_takes_the_place_of_another_begins_an_interval_of_its_own()
    {
        var journey = await NewJourneyAsync();
        await journey.DoAsync("activate");
        var other = await Service.NewTypeAsync(journey.Workspace.Tenant, "order.sent");
        await journey.PatchAsync($$"""{"triggerConfig":{"eventTypeId":"{{other.Id}}"} }""");
        var intervals = await StoredJourneys.IntervalsAsync(journey.Json);
        Assert.That(intervals.Select(interval => new EventTypeId(interval.EventTypeId).ToString()), Is.EqualTo([(string)journey.Json["triggerConfig"]!["eventTypeId"]!, other.Id.ToString()]));
        Assert.That((intervals[0].ToTx, intervals[1].ToTx), Is.EqualTo(((long?)intervals[1].FromTx, (long?)null)));
    }

    [Test]
    public async Task What_does_not_change_the_reaction_begins_no_interval()
    {
        var journey = await NewJourneyAsync();
        await journey.PatchAsync("""{"entryMode":"everyTime"}"""); // a draft
        await journey.DoAsync("activate");
        await journey.PatchAsync("""{"name":"b"}""");
        await journey.PatchAsync($$"""{"target":{"url":"https://a.example","secret":"{{Webhooks.Secret}}"} }""");
        await journey.PatchAsync("""{"target":null,"entryMode":"everyTime","triggerConfig":{"payloadFilter":null}}""");
        var interval = (await StoredJourneys.IntervalsAsync(journey.Json)).Single();
        Assert.That((interval.ToTx, interval.EntryMode), Is.EqualTo(((long?)null, "everyTime")));
    }

    [Test]
    public async Task A_refusal_leaves_the_interval_open()
    {
        var journey = await NewJourneyAsync();
        await journey.DoAsync("activate");
        (await journey.Workspace.PatchAsync(journey.Address, """{"triggerConfig":null}""")).AssertRefused(409, "journeyNotReady");
        (await journey.Workspace.PatchAsync(journey.Address, """{"triggerConfig":{"eventTypeId":"evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS"}}""")).AssertRefused(422, "eventTypeUnknown", "/triggerConfig/eventTypeId");
        (await journey.Workspace.DeleteAsync(journey.Address, "\"1\"")).AssertRefused(412, "preconditionFailed");
        Assert.That((await StoredJourneys.IntervalsAsync(journey.Json)).Select(interval => interval.ToTx), Is.EqualTo([(long?)null]));
    }

    [Test]
    public async Task Of_many_activations_at_once_one_begins_an_interval()
    {
        var journey = await NewJourneyAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => journey.Workspace.PostAsync($"{journey.Address}/activate", "")));
        Assert.That(answers.Select(answer => (answer.Status, answer.Headers.ETag?.Tag)), Is.All.EqualTo((200, "\"2\"")));
        Assert.That(await StoredJourneys.IntervalsAsync(journey.Json), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Whatever_happens_at_once_intervals_follow_one_another()
    {
        var journey = await NewJourneyAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 4) switch
        {
            0 or 1 => journey.Workspace.PostAsync($"{journey.Address}/activate", ""),
            2 => journey.Workspace.PostAsync($"{journey.Address}/pause", ""),
            _ => journey.Workspace.PatchAsync(journey.Address, $$"""{"triggerConfig":{"payloadFilter":{"minProperties":{{i}} } } }"""),
        }));
        var active = (string)(await journey.Workspace.GetAsync(journey.Address)).Json["status"]! == "active";
        var intervals = await StoredJourneys.IntervalsAsync(journey.Json);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(intervals, Is.Not.Empty);
            Assert.That(intervals.SkipLast(1).Zip(intervals.Skip(1), (earlier, later) => earlier.ToTx <= later.FromTx), Is.All.True);
            Assert.That(intervals[^1].ToTx is null, Is.EqualTo(active));
        }
    }

    private static async Task RecordAsync(NewJourney journey, List<string> into)
    {
        var answer = await journey.Workspace.RecordAsync("ctc_1", $$"""{"eventTypeId":"{{journey.Json["triggerConfig"]!["eventTypeId"]}}"}""");
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
        into.Add((string)answer.Json["id"]!);
    }

    private static async Task<NewJourney> NewJourneyAsync()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        return new NewJourney(workspace, (await workspace.PostAsync("/v1/journeys", $$"""{"name":"a","triggerConfig":{"eventTypeId":"{{type.Id}}"} }""")).Json);
    }

    private sealed record NewJourney(Workspace Workspace, JsonNode Json)
    {
        public string Address => $"/v1/journeys/{Json["id"]}";

        public async Task DoAsync(string deed) => Assert.That((await Workspace.PostAsync($"{Address}/{deed}", "")).Status, Is.EqualTo(200));

        public async Task PatchAsync(string json) => Assert.That((await Workspace.PatchAsync(Address, json)).Status, Is.EqualTo(200));
    }
}
