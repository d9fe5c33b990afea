using System.Text.Json;
using Flownally.Api.Tests.CommandLine;
using Flownally.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Api.Tests.Sdk;

public sealed class FlownallyClientTests
{
    [Test]
    public async Task A_moment_is_recorded_and_read_back_as_a_type_of_ones_own()
    {
        var client = await NewClientAsync();
        var recorded = await client.RecordAsync("ctc_1", "purchase.completed", new Order("A-1", 129.90m), TimeProvider.System.GetUtcNow().AddDays(-1));
        var read = await client.GetEventAsync(recorded.Id);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.PayloadAs<Order>(), Is.EqualTo(new Order("A-1", 129.90m)));
            Assert.That(read.Payload.GetProperty("orderId").GetString(), Is.EqualTo("A-1"));
            Assert.That(read.OccurredAt, Is.EqualTo(recorded.OccurredAt));
            Assert.That(read.IdempotencyKey, Has.Length.EqualTo(32));
        }
    }

    [Test]
    public async Task Lists_are_read_to_their_end()
    {
        var client = await NewClientAsync();
        for (var i = 0; i < 60; i++) // more than a page holds
        {
            await client.RecordAsync("ctc_1", "signup.completed", new { i });
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CountAsync(client.EnumerateEventsAsync()), Is.EqualTo(60));
            Assert.That(await CountAsync(client.EnumerateContactEventsAsync("ctc_1")), Is.EqualTo(60));
            Assert.That(await CountAsync(client.EnumerateContactEventsAsync("ctc_2")), Is.Zero);
            Assert.That(await CountAsync(client.EnumerateEventTypesAsync()), Is.EqualTo(5));
            Assert.That((await client.GetEventsAsync(pageSize: 1)).TotalSize, Is.EqualTo(60));
        }
    }

    [Test]
    public async Task The_feed_is_followed_from_a_cursor_on()
    {
        var client = await NewClientAsync();
        var first = await client.RecordAsync("ctc_1", "signup.completed", new { n = 1 });
        await using var pages = client.FollowEventFeedAsync().GetAsyncEnumerator();
        Assert.That((await NextAsync(pages)).Events.Single().Id, Is.EqualTo(first.Id));
        var second = await client.RecordAsync("ctc_1", "purchase.completed", new Order("A-1", 129.90m));
        await using var others = client.FollowEventFeedAsync(pages.Current.NextCursor, second.EventTypeId).GetAsyncEnumerator();
        Assert.That((await NextAsync(others)).Events.Single().PayloadAs<Order>(), Is.EqualTo(new Order("A-1", 129.90m)));
        Assert.That((await NextAsync(pages)).Events.Single().Id, Is.EqualTo(second.Id));

        static async Task<FeedResponse> NextAsync(IAsyncEnumerator<FeedResponse> pages)
        {
            while (await pages.MoveNextAsync() && pages.Current.Events.Count == 0)
            {
            }

            return pages.Current;
        }
    }

    [Test]
    public async Task A_type_is_made_changed_cleared_and_deleted()
    {
        var client = await NewClientAsync();
        var type = await client.CreateEventTypeAsync(new CreateEventTypeRequest
        {
            Name = "order.paid",
            Description = "Paid.",
            PayloadSchema = JsonElement.Parse("""{"type":"object"}"""),
        });
        var renamed = await client.UpdateEventTypeAsync(type.Id, new UpdateEventTypeRequest { Name = "order.settled" }, ifMatch: "\"1\"");
        var cleared = await client.UpdateEventTypeAsync(type.Id, new UpdateEventTypeRequest { ClearDescription = true, ClearPayloadSchema = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That((renamed.Name, renamed.Description), Is.EqualTo(("order.settled", "Paid.")));
            Assert.That(renamed.PayloadSchema?.ToString(), Is.EqualTo("""{"type":"object"}"""));
            Assert.That((cleared.Description, cleared.PayloadSchema, cleared.SchemaVersion), Is.EqualTo(((string?)null, (JsonElement?)null, 2)));
        }

        await client.DeleteEventTypeAsync(type.Id);
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.GetEventTypeAsync(type.Id));
        Assert.That((refusal!.Status, refusal.Problem!.Code), Is.EqualTo((404, "eventTypeNotFound")));
    }

    [Test]
    public async Task A_journey_is_drafted_changed_activated_and_deleted()
    {
        var client = await NewClientAsync();
        var type = await client.EnumerateEventTypesAsync().FirstAsync();
        var draft = await client.CreateJourneyAsync(new CreateJourneyRequest
        {
            Name = "Thanks",
            EntryMode = EntryMode.EveryTime,
            TriggerConfig = new CreateTriggerConfig { EventTypeId = type.Id, PayloadFilter = JsonElement.Parse("""{"required":["total"]}""") },
            Target = new CreateJourneyTarget { Url = "https://shop.example/hooks", Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
        });
        var once = await client.UpdateJourneyAsync(draft.Id, new UpdateJourneyRequest { EntryMode = EntryMode.Once, TriggerConfig = new UpdateTriggerConfig { ClearPayloadFilter = true } }, ifMatch: "\"1\"");
        var active = await client.ActivateJourneyAsync(draft.Id);
        var paused = await client.PauseJourneyAsync(draft.Id);
        var cleared = await client.UpdateJourneyAsync(draft.Id, new UpdateJourneyRequest { ClearTriggerConfig = true, ClearTarget = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That((draft.Status, draft.EntryMode, draft.TriggerConfig!.PayloadFilter?.ToString()), Is.EqualTo((JourneyStatus.Draft, EntryMode.EveryTime, """{"required":["total"]}""")));
            Assert.That((once.EntryMode, once.TriggerConfig!.EventTypeId, once.TriggerConfig.PayloadFilter, once.Target!.Url), Is.EqualTo((EntryMode.Once, type.Id, (JsonElement?)null, "https://shop.example/hooks")));
            Assert.That((active.Status, paused.Status), Is.EqualTo((JourneyStatus.Active, JourneyStatus.Paused)));
            Assert.That((cleared.TriggerConfig, cleared.Target), Is.EqualTo(((TriggerConfig?)null, (JourneyTarget?)null)));
            Assert.That(await client.EnumerateJourneysAsync().Select(journey => journey.Id).ToListAsync(), Is.EqualTo([draft.Id]));
            Assert.That(await CountAsync(client.EnumerateJourneyEntriesAsync(draft.Id)), Is.Zero);
        }

        await client.DeleteJourneyAsync(draft.Id);
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.GetJourneyAsync(draft.Id));
        Assert.That((refusal!.Status, refusal.Problem!.Code), Is.EqualTo((404, "journeyNotFound")));
    }

    [Test]
    public async Task A_refusal_is_one_typed_exception()
    {
        var client = await NewClientAsync();
        var moment = new CreateContactEventRequest { EventTypeName = "signup.completed", IdempotencyKey = "k" };
        var first = await client.CreateContactEventAsync("ctc_1", moment);
        var refusal = (await Assert.CatchAsync<FlownallyException>(() => client.CreateContactEventAsync("ctc_1", moment)))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.Problem!.Code, Is.EqualTo("idempotencyKeyExists"));
            Assert.That(refusal.Problem.ExistingEventId, Is.EqualTo(first.Id));
            Assert.That(refusal.Problem.SameRequest, Is.True);
            Assert.That(refusal.Message, Does.StartWith("idempotencyKeyExists: "));
        }
    }

    [Test]
    public async Task What_fails_on_its_way_is_repeated_under_its_key_and_recorded_once()
    {
        var network = new BadNetwork(failures: 2);
        var client = await NewClientAsync(network);
        await client.RecordAsync("ctc_1", "signup.completed", new { });
        Assert.That(network.Calls, Is.EqualTo(3));
        Assert.That((await client.GetEventsAsync()).TotalSize, Is.EqualTo(1));
    }

    [Test]
    public async Task What_has_no_key_is_not_repeated()
    {
        var network = new BadNetwork(failures: 1);
        var client = await NewClientAsync(network);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CreateEventTypeAsync(new CreateEventTypeRequest { Name = "order.paid" }));
        Assert.That(network.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task The_sample_works_against_run()
    {
        var data = Directory.CreateTempSubdirectory("flownally-sample-");
        try
        {
            await using var service = await RunningService.StartAsync(data);
            var sample = Path.Combine(RunningService.Root.FullName, "sdk/csharp/Sample/bin/Release/net10.0/Flownally.Client.Sample.dll");
            var (status, output) = await RunningService.ToolAsync(["dotnet", sample, service.Url, service.Key]);
            Assert.That(status, Is.Zero, output);
            Assert.That(output, Does.Match(@"^Recorded evt_[0-9A-Z]{26}\n.* order\.paid: 129\.90\n/payload/total: "));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Test]
    public async Task Writing_the_client_anew_changes_nothing()
    {
        var project = Path.Combine(RunningService.Root.FullName, "sdk/csharp/Flownally.Client");
        var anew = Path.Combine(RunningService.Root.FullName, "artifacts/FlownallyClient.g.cs");
        File.Delete(anew);
        var (status, output) = await RunningService.ToolAsync(["dotnet", "msbuild", project, "-t:GenerateClient", $"-p:GeneratedClient={anew}", "-nologo"]);
        Assert.That(status, Is.Zero, output);
        Assert.That(await File.ReadAllTextAsync(anew), Is.EqualTo(await File.ReadAllTextAsync(Path.Combine(project, "Generated/FlownallyClient.g.cs"))));
    }

    private static async Task<FlownallyClient> NewClientAsync(HttpMessageHandler? network = null)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var key = await Service.NewKeyAsync(workspace.Tenant, Domain.ApiKeys.Role.Agent, Domain.ApiKeys.Scopes.All);
        var services = new ServiceCollection();
        var http = services.AddFlownallyClient(options => (options.BaseAddress, options.ApiKey) = (Service.Url, key));
        if (network is not null)
        {
            http.ConfigurePrimaryHttpMessageHandler(() => network);
        }

        return services.BuildServiceProvider().GetRequiredService<FlownallyClient>();
    }

    private static async Task<int> CountAsync<T>(IAsyncEnumerable<T> records) => await records.CountAsync();

    private sealed record Order(string OrderId, decimal Total);

    /// <summary>Lets the first calls reach the service and loses their answers.</summary>
    private sealed class BadNetwork(int failures) : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Calls { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            return ++Calls <= failures ? throw new HttpRequestException("The connection was lost.") : answer;
        }
    }
}
