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
                "-h", connection.Host!, "-p", Text(connection.Port), "-U", connection.Username!, connection.Database!]);
            return double.Parse(RateLine().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex RateLine();
}
