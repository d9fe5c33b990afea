using System.Text.Json;
using Flownally.Api.Tests.Journeys;
using Flownally.Client;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Tests.Sdk;

public sealed class ListTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [Test]
    public async Task Versions_of_a_schema_are_read_to_their_end()
    {
        var client = await Clients.NewAsync();
        var type = await client.CreateEventTypeAsync(new CreateEventTypeRequest { Name = "order.paid" });
        foreach (var member in (string[])["total", "currency"])
        {
            var schema = JsonElement.Parse($$"""{"required":["{{member}}"]}""");
            await client.UpdateEventTypeAsync(type.Id, new UpdateEventTypeRequest { PayloadSchema = schema });
        }

        var versions = await client.EnumerateEventTypeVersionsAsync(type.Id, pageSize: 2).ToListAsync();
        Assert.That(versions.Select(version => (version.SchemaVersion, version.AcceptedBy)), Is.EqualTo(
            [(3, SchemaAcceptance.Scan), (2, SchemaAcceptance.Scan), (1, SchemaAcceptance.Created)]));
    }

    [Test]
    public async Task Entries_are_read_to_their_end_by_state_and_time()
    {
        var (client, workspace) = await NewAsync();
        var journey = (await client.CreateJourneyAsync(new CreateJourneyRequest { Name = "Thanks" })).Id;
        List<string> failed = [];
        foreach (var minute in Enumerable.Range(0, 5))
        {
            var entered = Time.AddMinutes(minute);
            failed.AddRange(await StoredJourneys.EnterAsync(workspace.Tenant, journey, once: false, state: "failed", entered: entered));
            await StoredJourneys.EnterAsync(workspace.Tenant, journey, once: false, state: "delivered", entered: entered);
        }

        var entries = await client.EnumerateJourneyEntriesAsync(
            journey, DeliveryState.Failed, enteredFrom: Time.AddMinutes(1), enteredTo: Time.AddMinutes(4), pageSize: 2).ToListAsync();
        Assert.That(entries.Select(entry => entry.Id), Is.EqualTo([failed[3], failed[2], failed[1]]));
    }

    [Test]
    public async Task Attempts_to_deliver_an_entry_are_read_to_their_end()
    {
        var (client, workspace) = await NewAsync();
        var journey = (await client.CreateJourneyAsync(new CreateJourneyRequest { Name = "Thanks" })).Id;
        var entry = (await StoredJourneys.EnterAsync(workspace.Tenant, journey, state: "delivered")).Single();
        foreach (var i in Enumerable.Range(0, 5))
        {
            await StoredJourneys.AttemptAsync(
                workspace.Tenant, journey, entry, Time.AddSeconds(i), TimeSpan.FromSeconds(1), status: 500 + i, "status");
        }

        var attempts = await client.EnumerateJourneyEntryAttemptsAsync(journey, entry, pageSize: 2).ToListAsync();
        Assert.That(attempts.Select(attempt => attempt.Status), Is.EqualTo([504, 503, 502, 501, 500]));
    }

    private static async Task<(FlownallyClient Client, Workspace Workspace)> NewAsync()
    {
        var workspace = await Service.NewWorkspaceAsync();
        return (Clients.New(Service.Url, await Service.NewKeyAsync(workspace.Tenant, Role.Agent, Scopes.All)), workspace);
    }
}
