using System.Globalization;
using Dapper;
using Flownally.Load.Crash;
using Npgsql;

namespace Flownally.Load.Failover;

/// <summary>How long and how hard.</summary>
/// <param name="Blows">What a round deals, each once.</param>
/// <param name="Synchronous">Whether a commit waits for the standby, so that no failover may lose anything.</param>
internal sealed record FailoverPlan(IReadOnlyList<FailoverBlow> Blows, int Rounds, bool Synchronous, int Clients, int Processes, bool GroupCommit, int Seed)
{
    /// <summary>What Patroni gets over by itself.</summary>
    public static readonly IReadOnlyList<FailoverBlow> Watched = [FailoverBlow.PrimaryKilled, FailoverBlow.PrimaryPaused, FailoverBlow.Switchover];

    /// <summary>What a pair whose commits wait for the standby has to survive without loss.</summary>
    public static readonly IReadOnlyList<FailoverBlow> WithoutLoss = [FailoverBlow.PrimaryKilled, FailoverBlow.PrimaryPaused];

    /// <summary>What else befalls a pair whose commits do not wait.</summary>
    public static readonly IReadOnlyList<FailoverBlow> WithLoss = [FailoverBlow.StandbyBehind, FailoverBlow.Restored];

    /// <summary>Whether Patroni promotes the standby, and connections lead through HAProxy.</summary>
    public bool Patroni { get; init; }
}

/// <param name="Lost">How many events were acknowledged and are gone.</param>
internal sealed record FailoverReport(FailoverPlan Plan, IReadOnlyList<Failover> Failovers, Outcome Outcome, int Lost, IReadOnlyList<Violation> Violations)
{
    public override string ToString() => $"""
        commits       {(Plan.Synchronous ? "wait for the standby" : "do not wait for the standby")}
        seed          {Plan.Seed}
        failovers     {Failovers.Count}
        outage        {Times(Failovers.Select(failover => failover.First))} from the order to promote until the first 201
                      {Times(Failovers.Select(failover => failover.All))} until each of the {Plan.Processes} processes had answered 201
                      {string.Join("\n              ", Failovers.GroupBy(failover => failover.Blow).Select(same => $"{Times(same.Select(failover => failover.All))} after {same.Key}, {same.Count()} times"))}
        {Outcome}
        lost          {Lost:N0} acknowledged events
        verdict       {(Violations.Count == 0 ? "every promise held" : $"{Violations.Count} violations: {string.Join(", ", Violations.CountBy(violation => violation.GetType().Name).Select(kind => $"{kind.Key} {kind.Value}"))}")}
        {string.Join('\n', Violations.Take(20))}
        """.TrimEnd();

    private static string Times(IEnumerable<TimeSpan> times)
    {
        var seconds = times.Select(time => time.TotalSeconds).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"median {seconds[seconds.Count / 2],5:N2} s, longest {seconds[^1],5:N2} s");
    }
}

/// <summary>
/// The traffic of the crash run on a primary and a standby, while the primary is lost and the standby promoted again and again. No
/// process of the service is started anew. Where a commit waits for the standby, every promise of the crash run holds. Where it does
/// not, acknowledged events may be lost, but whatever is stored was seen by every reader once.
/// <c>./bench failover [--synchronous | --asynchronous [--blows Restored,StandbyBehind]] [--rounds N] [--one-by-one] [--seed N]</c>; the short run
/// is a test. <c>./bench failover --patroni</c> leaves the promotion to Patroni.
/// </summary>
internal static class FailoverRun
{
    private const int Clients = 12;

    private const string StoredEvents = "SELECT count(*) FROM events";

    /// <summary>In which nothing new is stored once nothing is under way.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    public static async Task<int> MainAsync(string[] arguments)
    {
        if (!await Pair.IsPossibleAsync())
        {
            Console.Error.WriteLine("pg_basebackup or pg_rewind is missing. On Debian: apt-get install postgresql");
            return 1;
        }

        var seed = Program.Setting(arguments, "--seed", Random.Shared.Next());
        var blows = Array.IndexOf(arguments, "--blows");
        IReadOnlyList<FailoverBlow> withoutLoss = [.. FailoverPlan.WithoutLoss, .. await CutOffAsync()];
        var plan = new FailoverPlan(withoutLoss, Program.Setting(arguments, "--rounds", 5), Synchronous: true, Clients, Processes: 2, !arguments.Contains("--one-by-one"), seed);
        List<FailoverPlan> plans = [];
        if (arguments.Contains("--patroni"))
        {
            if (PatroniCluster.IsPossible)
            {
                plans.Add(plan with { Blows = FailoverPlan.Watched, Rounds = Program.Setting(arguments, "--rounds", 3), Patroni = true });
            }
            else
            {
                Console.Error.WriteLine("Skipped: patroni, etcd or haproxy is missing. On Debian: apt-get install patroni etcd-server haproxy");
            }
        }
        else
        {
            if (!arguments.Contains("--asynchronous"))
            {
                plans.Add(plan);
            }

            if (!arguments.Contains("--synchronous"))
            {
                plans.Add(plan with
                {
                    Blows = blows < 0 ? [.. withoutLoss, .. FailoverPlan.WithLoss] : [.. arguments[blows + 1].Split(',').Select(Enum.Parse<FailoverBlow>)],
                    Rounds = Program.Setting(arguments, "--rounds", 3),
                    Synchronous = false,
                });
            }
        }

        var held = 0;
        foreach (var one in plans)
        {
            held += await ShowAsync(one) == 0 ? 1 : 0;
        }

        Console.WriteLine($"{held} passed, {plans.Count - held} failed");
        return held == plans.Count ? 0 : 1;
    }

    public static async Task<FailoverReport> RunAsync(FailoverPlan plan, Action<string> say)
    {
        var data = Directory.CreateTempSubdirectory("flownally-failover-");
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            var outages = new Outages(plan.Processes);
            if (plan.Patroni)
            {
                await using var cluster = await PatroniCluster.StartAsync(data.FullName, outages, say);
                return await RunAsync(plan, cluster.ConnectionString, outages, cluster.DealAsync, say);
            }

            await using var pair = await Pair.StartAsync(data.FullName, plan.Synchronous, apart: plan.Blows.Contains(FailoverBlow.PrimaryCutOff));
            return await RunAsync(plan, pair.ConnectionString, outages, new PairBlows(pair, plan.Synchronous, outages).DealAsync, say);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    /// <returns>Nothing where this machine cannot cut a server off.</returns>
    public static async Task<FailoverBlow[]> CutOffAsync()
    {
        if (await Network.IsPossibleAsync())
        {
            return [FailoverBlow.PrimaryCutOff];
        }

        Console.Error.WriteLine("No primary is cut off: that needs root and network namespaces. On Debian: apt-get install iproute2");
        return [];
    }

    private static async Task<int> ShowAsync(FailoverPlan plan)
    {
        var report = await RunAsync(plan, Console.Error.WriteLine);
        Console.WriteLine(report);
        return report.Violations.Count;
    }

    private static async Task<FailoverReport> RunAsync(FailoverPlan plan, string database, Outages outages, Func<FailoverBlow, Task<Failover>> deal, Action<string> say)
    {
        await using var traffic = await Traffic.PrepareAsync(database, new HttpClient(outages));
        await using var fleet = await Fleet.StartAsync(plan.Processes, () => Traffic.StartServiceAsync(database, plan.GroupCommit));
        var failovers = new Failovers(deal, new Random(plan.Seed), say);
        await traffic.RunAsync(AnyProcess, plan.Clients, plan.Seed, () => failovers.RunAsync(plan.Blows, plan.Rounds));
        await QuietAsync(database);
        var outcome = await traffic.ConcludeAsync(AnyProcess);
        var stored = outcome.Aftermath.Events.Select(e => e.Id).ToHashSet();
        var lost = outcome.Attempts.Select(attempt => attempt.Event).Distinct().Count(id => id is { } acknowledged && !stored.Contains(acknowledged));
        var losses = new Losses([.. failovers.Dealt.Select(failover => failover.Loss).OfType<Loss>()]);
        return new FailoverReport(plan, failovers.Dealt, outcome, lost,
            [.. failovers.Dealt.Where(failover => failover.Helped).Select(failover => new NotMovedOn(failover.Blow)), .. losses.Violations(outcome)]);

        Uri AnyProcess() => fleet.Any(Random.Shared);
    }

    /// <summary>Waits until nothing is recorded any more: what clients gave up may still be under way in a process that goes on.</summary>
    private static async Task QuietAsync(string database)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        for (long stored = -1, now; (now = await connection.ExecuteScalarAsync<long>(StoredEvents)) != stored; stored = now)
        {
            await Task.Delay(Quiet);
        }
    }
}
