namespace Flownally.Load;

/// <summary>Events one by one: the service, the same with active journeys, with one transaction a request, and PostgreSQL alone.</summary>
internal static class Recording
{
    private const int Connections = 64;
    private const int Clients = 32;

    /// <summary>How many must have been recorded before anything counts.</summary>
    private const int WarmUp = 100_000;

    /// <summary>As many as can be recorded one by one in some seconds; the path of a request is nearly the same.</summary>
    private const int WarmUpOneByOne = 20_000;

    public static async Task MeasureAsync(Workspace workspace, ApiProcess group, Dictionary<string, Figure> results)
    {
        await using var single = await ApiProcess.StartAsync(workspace.ConnectionString, ("Recording__GroupCommit", "false"));
        Program.Say("Warming up ...");
        await WarmUpAsync(workspace, group);
        await Rounds.WarmUpAsync(WarmUpOneByOne, seconds => RunAsync(workspace, single, seconds));
        await workspace.ExecuteAsync("VACUUM ANALYZE"); // else the tables' first one would fall upon whoever comes first

        using var journeys = await Journeys.CreateAsync(workspace, group);
        var (record, reacting, alone, each) = (new List<Wrk>(), new List<Wrk>(), new List<double>(), new List<Wrk>());
        await Rounds.RunAsync("Recording", async () =>
        {
            alone.Add(await PgBench.RunAsync(workspace.ConnectionString, Statements.RecordOne(workspace, Clients), Clients, Rounds.Seconds));
            record.Add(await RunAsync(workspace, group));
            await journeys.ActivateAsync();
            reacting.Add(await RunAsync(workspace, group));
            var lag = await journeys.PauseAsync(workspace);
            each.Add(await RunAsync(workspace, single));
            Program.Say($"  {record[^1].PerSecond:N0}/s in {record[^1].P99:N1} ms, with journeys {reacting[^1].PerSecond:N0}/s (done {lag.TotalSeconds:N1} s later), one by one {each[^1].PerSecond:N0}/s in {each[^1].P99:N1} ms, PostgreSQL alone {alone[^1]:N0}/s");
        });
        results["record"] = Figure.OfMedians(record.Select(wrk => wrk.PerSecond), alone);
        results["journeys"] = Figure.OfMedians(reacting.Select(wrk => wrk.PerSecond), record.Select(wrk => wrk.PerSecond));
        results["record_p99"] = Figure.OfMedians(record.Select(wrk => wrk.P99), each.Select(wrk => wrk.P99));
    }

    public static Task WarmUpAsync(Workspace workspace, ApiProcess api) => Rounds.WarmUpAsync(WarmUp, seconds => RunAsync(workspace, api, seconds));

    public static Task<Wrk> RunAsync(Workspace workspace, ApiProcess api, int seconds = Rounds.Seconds) =>
        Wrk.RunAsync(api.Url, "record.lua", Connections, seconds, workspace.Key, $"{workspace.Types.Count}");
}
