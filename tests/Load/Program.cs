using System.Globalization;
using System.Text.Json;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Load.Compat;
using Flownally.Load.Crash;
using Flownally.Load.Failover;
using Flownally.Load.Hostile;

namespace Flownally.Load;

/// <summary>
/// Measures the service against PostgreSQL alone, in turns and on one machine: <c>./bench</c>, or <c>./bench --quick</c> for
/// the first five figures; with <c>--plain</c> on a server as initdb leaves it. Only the ratios mean something; each is of the medians of the rounds, or of the middle round. <c>./bench crash</c> measures
/// nothing: it kills what it can and looks whether anything was lost; <c>./bench failover</c> does so on a primary and its standby.
/// <c>./bench hostile</c> tells what the dearest calls cost, and whom they harm. <c>./bench compat</c> upgrades from the previous release and
/// goes back, and runs the tests of the API on the newest PostgreSQL.
/// </summary>
internal static class Program
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> Main(string[] args)
    {
        if (args is [SingleCommitLog.Command])
        {
            return await SingleCommitLog.ServeAsync();
        }

        if (args is ["crash", ..])
        {
            return await CrashRun.MainAsync(args);
        }

        if (args is ["compat", ..])
        {
            return await CompatRun.MainAsync();
        }

        if (args is ["failover", ..])
        {
            return await FailoverRun.MainAsync(args);
        }

        if (args is ["hostile", ..])
        {
            return await HostileRun.MainAsync(args);
        }

        var results = await WithServerAsync(args.Contains("--plain"), server => MeasureAsync(server, quick: args.Contains("--quick")));
        Show(results);
        Directory.CreateDirectory("artifacts");
        await File.WriteAllTextAsync("artifacts/bench.json", JsonSerializer.Serialize(results, Indented));
        return 0;
    }

    /// <summary>Runs something on a PostgreSQL of its own, which is gone afterwards.</summary>
    /// <param name="plain">Whether the server has no setting of ours.</param>
    private static async Task<T> WithServerAsync<T>(bool plain, Func<string, Task<T>> work)
    {
        var data = Directory.CreateTempSubdirectory("flownally-bench-");
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            if (plain)
            {
                return await WithPlainServerAsync(data.FullName, work);
            }

            await using var server = await EmbeddedServer.StartAsync(data.FullName, Say, CancellationToken.None);
            return await work(server.ConnectionString);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<T> WithPlainServerAsync<T>(string data, Func<string, Task<T>> work)
    {
        var account = await ServerAccount.OfAsync(Path.Combine(data, "none"), CancellationToken.None);
        var server = new PostgresServer(Path.Combine(data, "postgres"), PostgresServer.FreePort(), account, await Pair.ProgramsAsync(account));
        await server.InitializeAsync();
        await server.ListenAsync();
        await server.StartAsync();
        try
        {
            return await work($"{server.ConnectionString};Database=postgres");
        }
        finally
        {
            await server.KillAsync();
        }
    }

    /// <summary>The number that follows a name on the command line.</summary>
    /// <param name="standard">Where the name is not there.</param>
    public static int Setting(string[] arguments, string name, int standard)
    {
        var at = Array.IndexOf(arguments, name);
        return at < 0 ? standard : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
    }

    public static void Say(string text) => Console.Error.WriteLine(text);

    private static async Task<Dictionary<string, Figure>> MeasureAsync(string server, bool quick)
    {
        var results = new Dictionary<string, Figure>();
        await using (var workspace = await Workspace.OpenAsync(server))
        {
            await using var group = await ApiProcess.StartAsync(workspace.ConnectionString, Journeys.Setting);
            await Recording.MeasureAsync(workspace, group, results);
            await Journeys.MeasureAsync(workspace, group, rounds: quick ? 7 : 31, results);
            await Batches.MeasureAsync(workspace, group, results);
            await Timelines.MeasureAsync(workspace, group, results);
            if (!quick)
            {
                await Journeys.MeasureDeliveryAsync(workspace, group, results);
                await Telemetry.MeasureAsync(workspace, group, results);
                results["memory_mb"] = new(group.PeakMemory, 300);
            }
        }

        if (!quick)
        {
            await Growth.MeasureAsync(server, results);
        }

        return results;
    }

    private static void Show(Dictionary<string, Figure> results)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-16}{"value",12}{"baseline",12}{"ratio",8}"));
        foreach (var (name, figure) in results)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-16}{figure.Value,12:N1}{figure.Baseline,12:N1}{figure.Ratio,8:N2}"));
        }
    }
}
