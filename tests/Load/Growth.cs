namespace Flownally.Load;

/// <summary>What becomes of the service as events pile up: two databases, one with a hundred times as many, in turns.</summary>
internal static class Growth
{
    private const int Small = 100_000;
    private const int Large = 10_000_000;
    private const int ListConnections = 4;

    public static async Task MeasureAsync(string server, Dictionary<string, Figure> results)
    {
        await using var small = await Side.OpenAsync(server, Small);
        await using var large = await Side.OpenAsync(server, Large);
        await Rounds.RunAsync("Growth", async () =>
        {
            foreach (var side in new[] { small, large })
            {
                await side.MeasureAsync();
            }
        });
        results["growth_record"] = Figure.OfMedians(large.Recorded, small.Recorded);
        results["growth_timeline"] = Figure.OfMedians(large.TimelineP50, small.TimelineP50);
        results["growth_total"] = Figure.OfMedians(large.ListP50, small.ListP50);
    }

    /// <summary>A service on a database with so many events.</summary>
    private sealed class Side(Workspace workspace, ApiProcess api, int events) : IAsyncDisposable
    {
        private readonly int _contacts = events / Timelines.EventsOfEach;

        public List<double> Recorded { get; } = [];

        public List<double> TimelineP50 { get; } = [];

        public List<double> ListP50 { get; } = [];

        public static async Task<Side> OpenAsync(string server, int events)
        {
            Program.Say($"Storing {events:N0} events ...");
            var workspace = await Workspace.OpenAsync(server);
            await workspace.ExecuteAsync(Statements.Seed(workspace, events, events / Timelines.EventsOfEach));
            await workspace.ExecuteAsync("VACUUM ANALYZE");
            await workspace.ExecuteAsync("CHECKPOINT");
            var side = new Side(workspace, await ApiProcess.StartAsync(workspace.ConnectionString), events);
            await side.WarmUpAsync();
            return side;
        }

        public async Task MeasureAsync()
        {
            Recorded.Add((await Recording.RunAsync(workspace, api)).PerSecond);
            TimelineP50.Add((await Timelines.RunAsync(workspace, api, _contacts)).P50);
            ListP50.Add((await ListAsync()).P50);
            Program.Say($"  {events:N0} events: {Recorded[^1]:N0}/s recorded, timeline {TimelineP50[^1]:N2} ms, list {ListP50[^1]:N2} ms");
        }

        public async ValueTask DisposeAsync()
        {
            await api.DisposeAsync();
            await workspace.DisposeAsync();
        }

        private async Task WarmUpAsync()
        {
            await Recording.WarmUpAsync(workspace, api);
            await Timelines.WarmUpAsync(workspace, api, _contacts);
            await ListAsync();
        }

        private Task<Wrk> ListAsync() => Wrk.RunAsync(api.Url, "list.lua", ListConnections, Rounds.Seconds, workspace.Key);
    }
}
