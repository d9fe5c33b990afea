using System.Text.Json;
using Flownally.Api.Tests.CommandLine;
using Flownally.Client;

namespace Flownally.Api.Tests.Sdk;

public sealed class FlownallyClientTests
{
    [Test]
    public async Task An_event_is_recorded_and_read_back_as_a_type_of_ones_own()
    {
        var client = await Clients.NewAsync();
        var yesterday = TimeProvider.System.GetUtcNow().AddDays(-1);
        var recorded = await client.RecordAsync("ctc_1", "purchase.completed", new Order("A-1", 129.90m), yesterday);
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
        var client = await Clients.NewAsync();
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
    public async Task A_type_is_made_changed_cleared_and_deleted()
    {
        var client = await Clients.NewAsync();
        var type = await client.CreateEventTypeAsync(new CreateEventTypeRequest
        {
            Name = "order.paid",
            Description = "Paid.",
            PayloadSchema = JsonElement.Parse("""{"type":"object"}"""),
        });
        var renamed = await client.UpdateEventTypeAsync(type.Id, new UpdateEventTypeRequest { Name = "order.settled" }, ifMatch: "\"1\"");
        var clearing = new UpdateEventTypeRequest { ClearDescription = true, ClearPayloadSchema = true };
        var cleared = await client.UpdateEventTypeAsync(type.Id, clearing);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((renamed.Name, renamed.Description), Is.EqualTo(("order.settled", "Paid.")));
            Assert.That(renamed.PayloadSchema?.ToString(), Is.EqualTo("""{"type":"object"}"""));
            Assert.That((cleared.Description, cleared.PayloadSchema), Is.EqualTo(((string?)null, (JsonElement?)null)));
            Assert.That(cleared.SchemaVersion, Is.EqualTo(2));
        }

        await client.DeleteEventTypeAsync(type.Id);
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.GetEventTypeAsync(type.Id));
        Assert.That((refusal!.Status, refusal.Problem!.Code), Is.EqualTo((404, "eventTypeNotFound")));
    }

    [Test]
    public async Task A_journey_is_drafted_changed_activated_and_deleted()
    {
        var client = await Clients.NewAsync();
        var type = await client.EnumerateEventTypesAsync().FirstAsync();
        var draft = await client.CreateJourneyAsync(new CreateJourneyRequest
        {
            Name = "Thanks",
            EntryMode = EntryMode.EveryTime,
            TriggerConfig = new CreateTriggerConfig
            {
                EventTypeId = type.Id,
                PayloadFilter = JsonElement.Parse("""{"required":["total"]}"""),
            },
            Target = new CreateJourneyTarget { Url = "https://shop.example/hooks", Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
        });
        var change = new UpdateJourneyRequest { EntryMode = EntryMode.Once, TriggerConfig = new() { ClearPayloadFilter = true } };
        var once = await client.UpdateJourneyAsync(draft.Id, change, ifMatch: draft.ETag);
        var active = await client.ActivateJourneyAsync(draft.Id);
        var paused = await client.PauseJourneyAsync(draft.Id);
        var cleared = await client.UpdateJourneyAsync(draft.Id, new UpdateJourneyRequest { ClearTriggerConfig = true, ClearTarget = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That((draft.Status, draft.EntryMode), Is.EqualTo((JourneyStatus.Draft, EntryMode.EveryTime)));
            Assert.That(draft.TriggerConfig!.PayloadFilter?.ToString(), Is.EqualTo("""{"required":["total"]}"""));
            Assert.That((once.EntryMode, once.Target!.Url), Is.EqualTo((EntryMode.Once, "https://shop.example/hooks")));
            Assert.That((once.TriggerConfig!.EventTypeId, once.TriggerConfig.PayloadFilter), Is.EqualTo((type.Id, (JsonElement?)null)));
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
        var client = await Clients.NewAsync();
        var request = new CreateContactEventRequest { EventTypeName = "signup.completed", IdempotencyKey = "k" };
        var first = await client.CreateContactEventAsync("ctc_1", request);
        var refusal = (await Assert.CatchAsync<FlownallyException>(() => client.CreateContactEventAsync("ctc_1", request)))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.Problem!.Code, Is.EqualTo("idempotencyKeyExists"));
            Assert.That(refusal.Problem.ExistingEventId, Is.EqualTo(first.Id));
            Assert.That(refusal.Problem.SameRequest, Is.True);
            Assert.That(refusal.Message, Does.StartWith("idempotencyKeyExists: "));
        }
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
        var folder = Directory.CreateTempSubdirectory("flownally-client-");
        try
        {
            var anew = Path.Combine(folder.FullName, "FlownallyClient.g.cs");
            var (status, output) = await RunningService.ToolAsync(
                ["dotnet", "msbuild", project, "-t:GenerateClient", "-p:TargetFramework=net10.0", $"-p:GeneratedClient={anew}", "-nologo"]);
            Assert.That(status, Is.Zero, output);
            var kept = Path.Combine(project, "Generated/FlownallyClient.g.cs");
            Assert.That(await File.ReadAllTextAsync(anew), Is.EqualTo(await File.ReadAllTextAsync(kept)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> CountAsync<T>(IAsyncEnumerable<T> records) => await records.CountAsync();

    private sealed record Order(string OrderId, decimal Total);
}
