using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Flownally.Load;

/// <summary>Runs statements by pgbench, prepared, as fast as PostgreSQL takes them.</summary>
internal static partial class PgBench
{
    /// <returns>Transactions a second.</returns>
    public static async Task<double> RunAsync(string connectionString, string script, int clients, int seconds)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script);
            await Machine.SettleAsync();
            var output = await Tool.RunAsync("pgbench", ["-n", "-M", "prepared", "-c", Text(clients), "-j", "2", "-T", Text(seconds), "-f", file,
                "-h", connection.Host!, "-p", Text(connection.Port), "-U", connection.Username!,
                $"dbname={connection.Database} options='-c flownally.feed_generation={await FindGenerationAsync(connectionString)}'"]);
            return double.Parse(RateLine().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What each session of the service notes before it uses the feed's clock.</summary>
    private static async Task<Guid> FindGenerationAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var find = source.CreateCommand("SELECT generation FROM feed_clock");
        return (Guid)(await find.ExecuteScalarAsync())!;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex RateLine();
}
