namespace Flownally.Load;

/// <summary>First pages of timelines among many events: the service, and PostgreSQL alone with the same SQL.</summary>
internal static class Timelines
{
    public const int EventsOfEach = 1_000;

    private const int Contacts = 2_000;
    private const int Connections = 16;
    private const int RoundCount = 3;
    private const int Seconds = 3;
    private const int WarmUp = 10_000;

    /// <summary>Pages of each contact, where it has many: after fewer a part of ten million events is still to come from the disk.</summary>
    private const int WarmUpOfEach = 5;

    public static async Task MeasureAsync(Workspace workspace, ApiProcess api, Dictionary<string, Figure> results)
    {
        Program.Say($"Storing {Contacts * EventsOfEach:N0} events ...");
        await SeedAsync(workspace, Contacts);
        await workspace.ExecuteAsync("VACUUM ANALYZE");
        await WarmUpAsync(workspace, api, Contacts);
        var (pages, alone) = (new List<double>(), new List<double>());
        await Rounds.RunAsync("Timelines", RoundCount, () => $"{pages[^1]:N0}/s, PostgreSQL alone {alone[^1]:N0}/s",
            async () => alone.Add(await PgBench.RunAsync(workspace.ConnectionString, Statements.Timeline(workspace, Contacts), Connections, Seconds)),
            async () => pages.Add((await RunAsync(workspace, api, Contacts, Seconds)).PerSecond));
        results["timeline"] = Figure.OfMedians(pages, alone);
    }

    /// <summary>Stores so many contacts' events, in two sessions, because there are many.</summary>
    public static Task SeedAsync(Workspace workspace, int contacts) => Task.WhenAll(
        workspace.ExecuteAsync(Statements.SeedTimelines(workspace, 0, contacts / 2, EventsOfEach)),
        workspace.ExecuteAsync(Statements.SeedTimelines(workspace, contacts / 2, contacts, EventsOfEach)));

    public static Task WarmUpAsync(Workspace workspace, ApiProcess api, int contacts) =>
        Rounds.WarmUpAsync(Math.Max(WarmUp, WarmUpOfEach * contacts), seconds => RunAsync(workspace, api, contacts, seconds));

    public static Task<Wrk> RunAsync(Workspace workspace, ApiProcess api, int contacts, int seconds) =>
        Wrk.RunAsync(api.Url, "timeline.lua", Connections, seconds, workspace.Key, $"{contacts}");
}
