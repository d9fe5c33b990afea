using Flownally.Load.Failover;

namespace Flownally.Load;

/// <summary>Recording by a process whose metrics are scraped each second, and by one that nobody listens to.</summary>
internal static class Telemetry
{
    private const int RoundCount = 15;
    private const int Seconds = 2;

    public static async Task MeasureAsync(Workspace workspace, ApiProcess silent, Dictionary<string, Figure> results)
    {
        var address = new Uri($"http://127.0.0.1:{PostgresServer.FreePort()}");
        await using var measured = await ApiProcess.StartAsync(workspace.ConnectionString, ("Metrics__Url", address.OriginalString));
        await Recording.WarmUpAsync(workspace, measured);
        using var end = new CancellationTokenSource();
        var scraping = ScrapeAsync(new Uri(address, "metrics"), end.Token);
        var (with, without) = (new List<double>(), new List<double>());
        await Rounds.RunAsync("Metrics", RoundCount, () => $"{with[^1]:N0}/s, without {without[^1]:N0}/s",
            async () => with.Add((await Recording.RunAsync(workspace, measured, Seconds)).PerSecond),
            async () => without.Add((await Recording.RunAsync(workspace, silent, Seconds)).PerSecond));
        await end.CancelAsync();
        await scraping;
        results["metrics"] = Figure.OfMiddleRound(with, without);
    }

    private static async Task ScrapeAsync(Uri metrics, CancellationToken end)
    {
        using var prometheus = new HttpClient();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                await prometheus.GetStringAsync(metrics, end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }
    }
}
