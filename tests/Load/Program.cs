using System.Globalization;
using System.Text.Json;
using Flownally.Api;
using Flownally.Application.ApiKeys;
using Flownally.Application.EventTypes;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Infrastructure.Database;
using Flownally.Infrastructure.EmbeddedPostgres;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Flownally.Load;

/// <summary>
/// Measures the service against PostgreSQL alone, in turns and on one machine: ./bench [--quick]. Only the ratios mean
/// something; each is the median of the rounds.
/// </summary>
internal static class Program
{
    private const string Schema = """
        {"type":"object","properties":{"orderId":{"type":"string","pattern":"^A-[0-9]+$"},"total":{"type":"number","minimum":0},"currency":{"enum":["EUR","USD"]},
        "lines":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string"},"quantity":{"type":"integer","minimum":1}},"required":["sku","quantity"]}}},"required":["orderId","total"]}
        """;

    private const int Contacts = 2_000;
    private const int EventsOfEach = 1_000;
    /// <summary>So many that single transactions seldom wait for one another at the counter of a type: that would flatter the group.</summary>
    private const int Types = 200;

    private const int Rounds = 3;
    private const int Seconds = 8;

    /// <summary>How many must have been recorded before anything counts: the compiler has then settled.</summary>
    private const int WarmUp = 150_000;

    /// <summary>As many as can be recorded one by one in some seconds; the path of a request is nearly the same.</summary>
    private const int WarmUpOneByOne = 15_000;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> Main()
    {
        var data = Directory.CreateTempSubdirectory("flownally-bench-");
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            await using var server = await EmbeddedServer.StartAsync(data.FullName, Console.Error.WriteLine, CancellationToken.None);
            await MeasureAsync(server.ConnectionString);
            return 0;
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string database)
    {
        await Migrator.MigrateAsync(database, CancellationToken.None);
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), database).BuildServiceProvider();
        var mediator = services.GetRequiredService<IMediator>();
        var tenant = (await mediator.Send(new CreateTenant("Load"))).Value.Id;
        var schema = PayloadSchema.Parse(JsonElement.Parse(Schema)).Value;
        var types = new List<Guid>();
        for (var i = 0; i < Types; i++)
        {
            types.Add((await mediator.Send(new CreateEventType(tenant, EventTypeName.Parse($"order.paid.{i}"), null, schema))).Value.EventType.Id.Value);
        }

        var key = (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All))).Value.Secret.Reveal();

        await using var group = await ApiProcess.StartAsync(database);
        await using var single = await ApiProcess.StartAsync(database, ("Recording__GroupCommit", "false"));
        Say("Warming up ...");
        var run = 0;
        await WarmAsync(group, WarmUp);
        await WarmAsync(single, WarmUpOneByOne);

        var (record, alone, each) = (new List<Wrk>(), new List<double>(), new List<Wrk>());
        for (var round = 1; round <= Rounds; round++)
        {
            Say($"Recording, round {round} of {Rounds}; other programs use {await Machine.BusyAsync():P0} of the CPU");
            alone.Add(await PgBench.RunAsync(database, Statements.RecordOne(tenant.Value, types), 32, Seconds));
            record.Add(await RecordAsync(group, Seconds));
            each.Add(await RecordAsync(single, Seconds));
            Say($"  {record[^1].PerSecond:N0}/s in {record[^1].P99:N1} ms, one by one {each[^1].PerSecond:N0}/s in {each[^1].P99:N1} ms, PostgreSQL alone {alone[^1]:N0}/s");
        }

        Say($"Storing {Contacts * EventsOfEach:N0} events for the timelines ...");
        await ExecuteAsync(database, Statements.Seed(tenant.Value, types[0], Contacts, EventsOfEach));
        await ExecuteAsync(database, "VACUUM ANALYZE");
        var (pages, raw) = (new List<Wrk>(), new List<double>());
        await ReadAsync(group);
        for (var round = 1; round <= Rounds; round++)
        {
            Say($"Timelines, round {round} of {Rounds}; other programs use {await Machine.BusyAsync():P0} of the CPU");
            raw.Add(await PgBench.RunAsync(database, Statements.Timeline(tenant.Value, Contacts), 16, Seconds));
            pages.Add(await ReadAsync(group));
            Say($"  {pages[^1].PerSecond:N0}/s, PostgreSQL alone {raw[^1]:N0}/s");
        }

        var results = new Dictionary<string, Figure>
        {
            ["record"] = new(Median(record.Select(wrk => wrk.PerSecond)), Median(alone)),
            ["record_p99"] = new(Median(record.Select(wrk => wrk.P99)), Median(each.Select(wrk => wrk.P99))),
            ["timeline"] = new(Median(pages.Select(wrk => wrk.PerSecond)), Median(raw)),
        };
        Show(results, group.PeakMemory);
        Directory.CreateDirectory("artifacts");
        await File.WriteAllTextAsync("artifacts/bench.json", JsonSerializer.Serialize(results, Indented));

        Task<Wrk> RecordAsync(ApiProcess api, int seconds) => Wrk.RunAsync(api.Url, "record.lua", 64, seconds, key, Types.ToString(CultureInfo.InvariantCulture), $"run-{run++}-{Environment.ProcessId}");

        Task<Wrk> ReadAsync(ApiProcess api) => Wrk.RunAsync(api.Url, "timeline.lua", 16, Seconds, key, Contacts.ToString(CultureInfo.InvariantCulture));

        async Task WarmAsync(ApiProcess api, int events)
        {
            for (var recorded = 0.0; recorded < events;)
            {
                var warm = await RecordAsync(api, 4);
                recorded += 4 * warm.PerSecond;
                Say($"  {warm.PerSecond:N0}/s");
            }
        }
    }

    private static void Show(Dictionary<string, Figure> results, double memory)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-12}{"value",12}{"baseline",12}{"ratio",8}"));
        foreach (var (name, figure) in results)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12}{figure.Value,12:N1}{figure.Baseline,12:N1}{figure.Ratio,8:N2}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"memory_mb",-12}{memory,12:N0}"));
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static void Say(string text) => Console.Error.WriteLine(text);

    private sealed record Figure(double Value, double Baseline)
    {
        public double Ratio => Value / Baseline;
    }
}
