using System.Text.Json;
using System.Text.Json.Nodes;
using Flownally.Api.Tests.CommandLine;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Tests.EventTypes;

/// <summary>The whole decision about a change, against its invariant: every stored event fits the schema that its type has now.</summary>
public sealed class SchemaDecisionTests
{
    private const int Rounds = 12;
    private const int MostRounds = 36; // twelve lack a refusal once in 70 runs
    private const int ChangesOfEach = 8;
    private const int RecordersOfEach = 4;

    [Test]
    public async Task Stored_events_fit_whatever_two_processes_record_and_change_at_once()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var first = await RunningService.ServeAsync(Service.ConnectionString);
        await using var second = await RunningService.ServeAsync(Service.ConnectionString);
        string[] wanted = ["record 422", "change 200", "change 409"];
        var seen = new HashSet<string>();
        for (var round = 0; round < Rounds || (round < MostRounds && !seen.IsSupersetOf(wanted)); round++)
        {
            var workspace = await Service.NewWorkspaceAsync();
            var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
            if (round % 3 == 0)
            {
                await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"n":1,"id":1}}""");
                await StoredEvents.CopyAsync(workspace.Tenant, 1_500); // more than are looked at under the lock
            }

            var answers = await DisturbAsync([workspace.At(first.Url), workspace.At(second.Url)], $"/v1/event-types/{type.Id}", random);
            await CheckAsync(workspace, $"/v1/event-types/{type.Id}", answers.Count(a => a.Call == "record" && a.Answer.Status == 201), $"seed {seed}, round {round}");
            seen.UnionWith(answers.Select(a => $"{a.Call} {a.Answer.Status}"));
        }

        Assert.That(seen, Is.EquivalentTo([.. wanted, "record 201"]), $"seed {seed}: all of these must happen, or nothing was tried");
    }

    /// <summary>Records and changes through both processes at once, until all changes are decided.</summary>
    private static async Task<IReadOnlyList<(string Call, Answer Answer)>> DisturbAsync(Workspace[] processes, string type, Random seeds)
    {
        using var decided = new CancellationTokenSource();
        var recorders = processes.SelectMany(process => Enumerable.Range(0, RecordersOfEach).Select(_ => RecordAsync(process, new Random(seeds.Next())))).ToList();
        var changes = await Task.WhenAll(processes.Select(process => ChangeAsync(process, new Random(seeds.Next()))));
        await decided.CancelAsync();
        return [.. changes.Concat(await Task.WhenAll(recorders)).SelectMany(answers => answers)];

        async Task<List<(string, Answer)>> RecordAsync(Workspace process, Random random)
        {
            List<(string, Answer)> answers = [];
            while (!decided.IsCancellationRequested)
            {
                answers.Add(("record", await process.RecordAsync("ctc_1", $$"""{"eventTypeName":"order.paid","payload":{{Payload(random)}}}""")));
            }

            return answers;
        }

        async Task<List<(string, Answer)>> ChangeAsync(Workspace process, Random random)
        {
            List<(string, Answer)> answers = [];
            for (var i = 0; i < ChangesOfEach; i++)
            {
                answers.Add(("change", await process.PatchAsync(type, $$"""{"payloadSchema":{{Schema(random)}}}""")));
            }

            return answers;
        }
    }

    private static async Task CheckAsync(Workspace workspace, string address, int recorded, string round)
    {
        var type = (await workspace.GetAsync(address)).Json;
        var versions = (await workspace.GetAsync(address + "/versions?pageSize=200")).Json["versions"]!.AsArray()
            .ToDictionary(version => (int)version!["schemaVersion"]!, version => Compile(version!["payloadSchema"]));
        var events = new List<JsonNode>();
        for (JsonNode? page = null; page is null || page["nextPageToken"] is not null;)
        {
            page = (await workspace.GetAsync($"/v1/events?pageSize=200{(page is null ? "" : $"&pageToken={page["nextPageToken"]}")}")).Json;
            events.AddRange(page["events"]!.AsArray()!);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(versions.Keys, Is.EquivalentTo(Enumerable.Range(1, (int)type["schemaVersion"]!)), round);
            Assert.That(events.Count(stored => !((string)stored["id"]!).EndsWith("0000000", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(recorded), round);
            foreach (var stored in events)
            {
                var payload = JsonElement.Parse(stored["payload"]!.ToJsonString());
                foreach (var (version, schema) in versions.Where(version => version.Key >= (int)stored["schemaVersion"]!))
                {
                    Assert.That(schema?.Validate(payload) ?? [], Is.Empty, $"{round}: {payload} of version {stored["schemaVersion"]} under version {version}");
                }
            }
        }
    }

    private static PayloadSchema? Compile(JsonNode? schema) => schema is null ? null : PayloadSchema.Parse(JsonElement.Parse(schema.ToJsonString())).Value;

    /// <summary>Most fit most of the schemas; now and then one does not.</summary>
    private static string Payload(Random random) => random.Next(200) switch
    {
        0 => "{}",
        1 => """{"n":9,"id":1}""",
        2 => """{"n":"a","id":1}""",
        var any => $$"""{"n":{{any % 4}},"id":1}""",
    };

    private static string Schema(Random random) => random.Next(6) switch
    {
        0 => "null",
        1 => """{"type":"object","required":["id"]}""",
        2 => """{"type":"object","properties":{"n":{"type":["integer","string"]}}}""",
        3 => $$"""{"minProperties":{{random.Next(3)}},"type":"object","properties":{"n":{"enum":[0,1,2,3,9]} } }""",
        _ => $$"""{"type":"object","properties":{"n":{"maximum":{{random.Next(2, 10)}},"type":"integer"} } }""",
    };
}
