namespace Flownally.Load;

/// <summary>Batches of events: the service, and PostgreSQL alone with as many rows a statement.</summary>
internal static class Batches
{
    private const int Connections = 16;
    private const int Clients = 4;
    private const int Size = 100;
    private const int RoundCount = 4;
    private const int Seconds = 3;
    private const int WarmUp = 1_500;

    public static async Task MeasureAsync(Workspace workspace, ApiProcess api, Dictionary<string, Figure> results)
    {
        await Rounds.WarmUpAsync(WarmUp, RunAsync);
        var (batches, alone) = (new List<double>(), new List<double>());
        await Rounds.RunAsync("Batches", RoundCount, () => $"{batches[^1]:N0} events/s, PostgreSQL alone {alone[^1]:N0}/s",
            async () => alone.Add(Size * await PgBench.RunAsync(workspace.ConnectionString, Statements.RecordMany(workspace, Clients, Size), Clients, Seconds)),
            async () => batches.Add(Size * (await RunAsync(Seconds)).PerSecond));
        results["batch"] = Figure.OfMedians(batches, alone);

        Task<Wrk> RunAsync(int seconds) =>
            Wrk.RunAsync(api.Url, "batch.lua", Connections, seconds, workspace.Key, $"{workspace.Types.Count}", $"{Size}");
    }
}
