namespace Flownally.Load;

/// <summary>First pages of timelines among many events: the service, and PostgreSQL alone with the same SQL.</summary>
internal static class Timelines
{
    public const int EventsOfEach = 1_000;

    private const int Contacts = 2_000;
    private const int Connections = 16;
    private const int WarmUp = 10_000;

    public static async Task MeasureAsync(Workspace workspace, ApiProcess api, Dictionary<string, Figure> results)
    {
        Program.Say($"Storing {Contacts * EventsOfEach:N0} events ...");
        await workspace.ExecuteAsync(Statements.Seed(workspace, Contacts * EventsOfEach, Contacts));
        await workspace.ExecuteAsync("VACUUM ANALYZE");
        await WarmUpAsync(workspace, api, Contacts);
        var (pages, alone) = (new List<double>(), new List<double>());
        await Rounds.RunAsync("Timelines", async () =>
        {
            alone.Add(await PgBench.RunAsync(workspace.ConnectionString, Statements.Timeline(workspace, Contacts), Connections, Rounds.Seconds));
            pages.Add((await RunAsync(workspace, api, Contacts)).PerSecond);
            Program.Say($"  {pages[^1]:N0}/s, PostgreSQL alone {alone[^1]:N0}/s");
        });
        results["timeline"] = Figure.OfMedians(pages, alone);
    }

    public static Task WarmUpAsync(Workspace workspace, ApiProcess api, int contacts) =>
        Rounds.WarmUpAsync(WarmUp, seconds => RunAsync(workspace, api, contacts, seconds));

    public static Task<Wrk> RunAsync(Workspace workspace, ApiProcess api, int contacts, int seconds = Rounds.Seconds) =>
        Wrk.RunAsync(api.Url, "timeline.lua", Connections, seconds, workspace.Key, $"{contacts}");
}
