namespace Flownally.Load;

/// <summary>Events one by one: the service, the same with one transaction a request, and PostgreSQL alone.</summary>
internal static class Recording
{
    private const int Connections = 64;
    private const int Clients = 32;
    private const int RoundCount = 4;
    private const int Seconds = 4; // pgbench's clients make their plans in the first half second

    /// <summary>How many must have been recorded before anything counts.</summary>
    private const int WarmUp = 100_000;

    /// <summary>As many as can be recorded one by one in some seconds; the path of a request is nearly the same.</summary>
    private const int WarmUpOneByOne = 20_000;

    public static async Task MeasureAsync(Workspace workspace, ApiProcess group, Dictionary<string, Figure> results)
    {
        await using var single = await ApiProcess.StartSingleCommitAsync(workspace.ConnectionString);
        Program.Say("Warming up ...");
        await WarmUpAsync(workspace, group);
        await Rounds.WarmUpAsync(WarmUpOneByOne, seconds => RunAsync(workspace, single, seconds));
        await workspace.ExecuteAsync("VACUUM ANALYZE"); // else the tables' first one would fall upon whoever comes first

        var (record, alone, each) = (new List<Wrk>(), new List<double>(), new List<Wrk>());
        await Rounds.RunAsync("Recording", RoundCount,
            () => $"{record[^1].PerSecond:N0}/s in {record[^1].P99:N1} ms, one by one {each[^1].PerSecond:N0}/s in {each[^1].P99:N1} ms, PostgreSQL alone {alone[^1]:N0}/s",
            async () => alone.Add(await PgBench.RunAsync(workspace.ConnectionString, Statements.RecordOne(workspace, Clients), Clients, Seconds)),
            async () => record.Add(await RunAsync(workspace, group, Seconds)),
            async () => each.Add(await RunAsync(workspace, single, Seconds)));
        results["record"] = Figure.OfMedians(record.Select(wrk => wrk.PerSecond), alone);
        results["record_p99"] = Figure.OfMedians(record.Select(wrk => wrk.P99), each.Select(wrk => wrk.P99));
    }

    public static Task WarmUpAsync(Workspace workspace, ApiProcess api) => Rounds.WarmUpAsync(WarmUp, seconds => RunAsync(workspace, api, seconds));

    public static Task<Wrk> RunAsync(Workspace workspace, ApiProcess api, int seconds) =>
        Wrk.RunAsync(api.Url, "record.lua", Connections, seconds, workspace.Key, $"{workspace.Types.Count}");
}
