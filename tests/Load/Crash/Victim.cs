using System.Diagnostics;
using System.Globalization;
using Dapper;
using Npgsql;

namespace Flownally.Load.Crash;

/// <summary>An embedded PostgreSQL of ours to be killed; whoever watches it starts it again. Each blow waits until it can hit.</summary>
/// <param name="database">Of the owner.</param>
/// <param name="cluster">The folder of its cluster.</param>
internal sealed class Victim(string database, string cluster)
{
    private const string OfService = "application_name ~ '^flownally( |$)' AND pid <> pg_backend_pid()";

    private const string Cut = $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {OfService}";

    private const string Busiest = $"SELECT pid FROM pg_stat_activity WHERE {OfService} ORDER BY state = 'active' DESC, random() LIMIT 1";

    private const string Left = $"SELECT count(*) FROM pg_stat_activity WHERE {OfService}";

    /// <summary>How long it may take to come back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly string _database = new NpgsqlConnectionStringBuilder(database) { Pooling = false, Timeout = 5 }.ConnectionString;

    public Task KillAsync() => UntilAsync(async () => await AskAsync("SELECT 1") == 1 && await KillAsync(await PostmasterAsync()));

    public Task KillBackendAsync() => UntilAsync(async () => await AskAsync(Busiest) is { } pid && await KillAsync((int)pid));

    public Task CutConnectionsAsync() => UntilAsync(async () => await AskAsync(Cut) > 0);

    /// <summary>Waits until no session of the service is left.</summary>
    public Task QuietAsync() => UntilAsync(async () => await AskAsync(Left) == 0);

    private async Task<int> PostmasterAsync() =>
        int.Parse((await File.ReadAllLinesAsync(Path.Combine(cluster, "postmaster.pid")))[0], CultureInfo.InvariantCulture);

    /// <returns>False where it has ended meanwhile.</returns>
    private static async Task<bool> KillAsync(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
            await process.WaitForExitAsync();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <returns>A number, or null where there is none or PostgreSQL is away.</returns>
    private async Task<long?> AskAsync(string sql)
    {
        try
        {
            await using var connection = new NpgsqlConnection(_database);
            return await connection.ExecuteScalarAsync<long?>(sql);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> done)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await done())
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"PostgreSQL, or the service on it, has not come back for {Patience}.");
            }

            await Task.Delay(Pause);
        }
    }
}
