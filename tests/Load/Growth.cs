namespace Flownally.Load;

/// <summary>What becomes of the service as events pile up: two databases, one with a hundred times as many, in turns.</summary>
internal static class Growth
{
    private const int Small = 100_000;
    private const int Large = 10_000_000;
    private const int ListConnections = 4;
    private const int RoundCount = 5;
    private const int Seconds = 3;

    public static async Task MeasureAsync(string server, Dictionary<string, Figure> results)
    {
        await using var small = await Side.OpenAsync(server, Small);
        await using var large = await Side.OpenAsync(server, Large);
        await Rounds.RunAsync("Growth", RoundCount, () => $"{small}; {large}", small.MeasureAsync, large.MeasureAsync);
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
            await Timelines.SeedAsync(workspace, events / Timelines.EventsOfEach);
            await workspace.ExecuteAsync(Statements.SeedKeys);
            await workspace.ExecuteAsync("VACUUM ANALYZE");
            await workspace.ExecuteAsync("CHECKPOINT");
            var side = new Side(workspace, await ApiProcess.StartAsync(workspace.ConnectionString), events);
            await side.WarmUpAsync();
            return side;
        }

        public async Task MeasureAsync()
        {
            Recorded.Add((await Recording.RunAsync(workspace, api, Seconds)).PerSecond);
            TimelineP50.Add((await Timelines.RunAsync(workspace, api, _contacts, Seconds)).P50);
            ListP50.Add((await ListAsync()).P50);
        }

        public override string ToString() => $"{events:N0} events: {Recorded[^1]:N0}/s recorded, timeline {TimelineP50[^1]:N2} ms, list {ListP50[^1]:N2} ms";

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

        private Task<Wrk> ListAsync() => Wrk.RunAsync(api.Url, "list.lua", ListConnections, Seconds, workspace.Key);
    }
}
