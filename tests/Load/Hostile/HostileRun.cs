using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Flownally.Infrastructure.EmbeddedPostgres;

namespace Flownally.Load.Hostile;

/// <summary>How long, and what is dealt: the same seed makes the same calls.</summary>
/// <param name="Search">For how long calls are tried one by one.</param>
/// <param name="Siege">For how long the dearest are sent by <paramref name="Callers"/> at the same time.</param>
/// <param name="Rest">For how long there is light traffic afterwards.</param>
internal sealed record HostilePlan(TimeSpan Search, TimeSpan Siege, TimeSpan Rest, int Callers, int Seed);

/// <summary>What one call cost.</summary>
/// <param name="Cpu">Of the service, in seconds.</param>
/// <param name="Bytes">Of the answer's body.</param>
internal sealed record CallCost(DearCall Call, double Cpu, int Status, long Bytes)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Cpu,6:N2} s, {Status}, {Bytes / 1024.0,7:N1} KiB: {Call.Name}");
}

/// <param name="P50">Of the bystander's calls during the siege, in milliseconds.</param>
/// <param name="MemoryAtStart">In MB, after warming up.</param>
/// <param name="MemoryAtEnd">In MB, after the rest.</param>
internal sealed record HostileReport(HostilePlan Plan, IReadOnlyList<CallCost> Costs, int SiegeCalls, int BystanderCalls, int BystanderFailures, double P50, double P99,
    double MemoryAtStart, double PeakMemory, double MemoryAtEnd)
{
    public CallCost Dearest => Costs.MaxBy(cost => cost.Cpu)!;

    /// <summary>A batch has a result for each of its items, so its answer is no refusal.</summary>
    public IEnumerable<CallCost> LargeRefusals => Costs.Where(cost => cost is { Status: >= 400, Bytes: > 64 * 1024 });

    public IEnumerable<CallCost> Failures => Costs.Where(cost => cost.Status is 500 or 0);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        seed          {Plan.Seed}
        calls         {Costs.Count:N0} one by one, {SiegeCalls:N0} by {Plan.Callers} callers
        answers       {string.Join(", ", Costs.GroupBy(cost => cost.Status).OrderBy(group => group.Key).Select(group => $"{group.Key}: {group.Count()}"))}
        dearest       {string.Join("\n              ", Costs.OrderByDescending(cost => cost.Cpu).Take(5))}
        largest       {Costs.Where(cost => cost.Status >= 400).MaxBy(cost => cost.Bytes)}
        bystander     {BystanderCalls:N0} calls, {BystanderFailures} failed, p50 {P50:N1} ms, p99 {P99:N1} ms
        memory        {MemoryAtStart:N0} MB at the start, {PeakMemory:N0} MB at most, {MemoryAtEnd:N0} MB after the rest
        """);
}

/// <summary>
/// One tenant sends what is made to be dear; another one records meanwhile. Tells what the dearest call cost, what the other one felt, and
/// what is left in memory: <c>./bench hostile [--seconds N] [--seed N]</c>. The short run is a test.
/// </summary>
internal static class HostileRun
{
    private const int SiegeVariants = 24;

    public static async Task<int> MainAsync(string[] arguments)
    {
        var seconds = Program.Setting(arguments, "--seconds", 600);
        var plan = new HostilePlan(TimeSpan.FromSeconds(0.5 * seconds), TimeSpan.FromSeconds(0.3 * seconds), TimeSpan.FromSeconds(0.2 * seconds),
            Callers: 16, Program.Setting(arguments, "--seed", Random.Shared.Next()));
        Console.WriteLine(await RunAsync(plan, Console.Error.WriteLine));
        return 0;
    }

    public static async Task<HostileReport> RunAsync(HostilePlan plan, Action<string> say)
    {
        var data = Directory.CreateTempSubdirectory("flownally-hostile-");
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            await using var server = await EmbeddedServer.StartAsync(data.FullName, say, CancellationToken.None);
            await using var attacker = await Workspace.OpenAsync(server.ConnectionString);
            var bystander = await attacker.NewTenantAsync();
            await using var service = await ApiProcess.StartAsync(attacker.ConnectionString, Journeys.Setting,
                ("Limits__EventTypes", "none"), // else all types are refused after the first thousand
                ("Logging__LogLevel__Default", "Error"), ("Logging__LogLevel__Microsoft", "Error"), ("Logging__LogLevel__Flownally", "Error"));
            return await RunAsync(plan, service, attacker.Key, bystander, say);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<HostileReport> RunAsync(HostilePlan plan, ApiProcess service, string key, string bystanderKey, Action<string> say)
    {
        using var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = TimeSpan.FromMinutes(2) };
        var bystander = new Bystander(http, service.Url, bystanderKey);
        await bystander.RunAsync(TimeSpan.FromSeconds(5), pause: TimeSpan.Zero);
        (await http.GetAsync(new Uri(service.Url, "/openapi/v1.json"))).Dispose(); // the document is made once, by the first that asks
        var memoryAtStart = service.Memory;

        say($"Calls are tried one by one for {plan.Search.TotalSeconds:0} s");
        var (costs, dear) = await SearchAsync(plan, service, http, key);

        say($"The dearest are sent by {plan.Callers} callers for {plan.Siege.TotalSeconds:0} s");
        var begin = Stopwatch.GetTimestamp();
        var besieged = bystander.RunAsync(plan.Siege, pause: TimeSpan.FromMilliseconds(20));
        var sent = await Task.WhenAll(Enumerable.Range(0, plan.Callers).Select(async caller =>
        {
            var count = 0;
            for (; Stopwatch.GetElapsedTime(begin) < plan.Siege; count++)
            {
                await CallAsync(http, service.Url, key, dear[(caller + count) % dear.Count]);
            }

            return count;
        }));
        var felt = await besieged;

        say($"Light traffic for {plan.Rest.TotalSeconds:0} s");
        await bystander.RunAsync(plan.Rest, pause: TimeSpan.FromMilliseconds(100));
        return new HostileReport(plan, costs, sent.Sum(), felt.Latencies.Count, felt.Failures, felt.Percentile(0.5), felt.Percentile(0.99),
            memoryAtStart, service.PeakMemory, service.Memory);
    }

    /// <returns>What each call cost, without its body, which would take all memory; and the dearest calls as they were sent.</returns>
    private static async Task<(List<CallCost> Costs, List<DearCall> Dearest)> SearchAsync(HostilePlan plan, ApiProcess service, HttpClient http, string key)
    {
        var calls = new DearCalls(new Random(plan.Seed));
        var costs = new List<CallCost>();
        var dearest = new PriorityQueue<DearCall, double>();
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < plan.Search;)
        {
            string? id = null;
            foreach (var next in calls.Next())
            {
                var call = id is null ? next : next with { Path = System.Text.RegularExpressions.Regex.Replace(next.Path, @"\{.*\}", id) };
                var before = service.CpuTime;
                var (status, bytes, made) = await CallAsync(http, service.Url, key, call);
                var cost = new CallCost(call with { Body = null }, (service.CpuTime - before).TotalSeconds, status, bytes);
                costs.Add(cost);
                dearest.Enqueue(call, cost.Cpu);
                if (dearest.Count > SiegeVariants)
                {
                    dearest.Dequeue();
                }

                id ??= made;
            }
        }

        return (costs, [.. dearest.UnorderedItems.Select(item => item.Element)]);
    }

    /// <returns>The status, 0 where there was no answer; the length of the body; and the id of what was made.</returns>
    private static async Task<(int Status, long Bytes, string? Id)> CallAsync(HttpClient http, Uri service, string key, DearCall call)
    {
        try
        {
            using var request = call.ToRequest(service, key);
            using var answer = await http.SendAsync(request);
            var body = await answer.Content.ReadAsByteArrayAsync();
            var id = answer.StatusCode == HttpStatusCode.Created ? JsonElement.Parse(body).GetProperty("id").GetString() : null;
            return ((int)answer.StatusCode, body.Length, id);
        }
        catch (HttpRequestException)
        {
            return (0, 0, null); // the service closes the connection on a body that is too large
        }
    }
}
