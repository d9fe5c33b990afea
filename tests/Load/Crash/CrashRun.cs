using Flownally.Infrastructure.EmbeddedPostgres;

namespace Flownally.Load.Crash;

/// <summary>How long and how hard; the same seed deals the same blows in the same order, at nearly the same moments.</summary>
/// <param name="Rounds">Each deals every <see cref="Blow"/> once.</param>
internal sealed record CrashPlan(int Rounds, int Clients, int Processes, bool GroupCommit, int Seed);

internal sealed record CrashReport(CrashPlan Plan, Outcome Outcome, IReadOnlyList<Violation> Violations)
{
    public override string ToString() => $"""
        seed          {Plan.Seed}
        blows         {string.Join(", ", Enum.GetNames<Blow>().Select(blow => $"{blow} {Plan.Rounds}"))}
        {Outcome}
        verdict       {(Violations.Count == 0 ? "every promise held" : $"{Violations.Count} violations")}
        {string.Join('\n', Violations.Take(20))}
        """.TrimEnd();
}

/// <summary>
/// Clients record, others read the feed, and journeys are switched on and off and tell a receiver, while the service and PostgreSQL
/// are killed again and again; then what all of them were told is compared with what is there. <c>./bench crash [--one-by-one] [--seed N]</c>; the short run is a test.
/// </summary>
internal static class CrashRun
{
    private const int LongRounds = 25;
    private const int LongClients = 24;

    public static async Task<int> MainAsync(string[] arguments)
    {
        var report = await RunAsync(new CrashPlan(LongRounds, LongClients, Processes: 2, GroupCommit: !arguments.Contains("--one-by-one"),
            Program.Setting(arguments, "--seed", Random.Shared.Next())), Console.Error.WriteLine);
        Console.WriteLine(report);
        return report.Violations.Count == 0 ? 0 : 1;
    }

    public static async Task<CrashReport> RunAsync(CrashPlan plan, Action<string> say)
    {
        var data = Directory.CreateTempSubdirectory("flownally-crash-");
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            await using var server = await EmbeddedServer.StartAsync(data.FullName, say, CancellationToken.None);
            return await RunAsync(plan, server.ConnectionString, new Victim(server.ConnectionString, Path.Combine(data.FullName, "postgres")));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<CrashReport> RunAsync(CrashPlan plan, string database, Victim postgres)
    {
        await using var traffic = await Traffic.PrepareAsync(database, new HttpClient());
        await using (var fleet = await Fleet.StartAsync(plan.Processes, StartServiceAsync))
        {
            var chaos = new Chaos(fleet, postgres, new Random(plan.Seed));
            await traffic.RunAsync(() => fleet.Any(Random.Shared), plan.Clients, plan.Seed, () => chaos.RunAsync(plan.Rounds));
        }

        await postgres.QuietAsync(); // what clients gave up may have been under way until now
        await using var service = await StartServiceAsync();
        var outcome = await traffic.ConcludeAsync(() => service.Url);
        return new CrashReport(plan, outcome, outcome.Violations());

        Task<ApiProcess> StartServiceAsync() => Traffic.StartServiceAsync(database, plan.GroupCommit);
    }
}
