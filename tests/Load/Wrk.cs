using System.Globalization;
using System.Text.RegularExpressions;

namespace Flownally.Load;

/// <summary>What wrk measured: https://github.com/wg/wrk.</summary>
/// <param name="PerSecond">Requests answered.</param>
/// <param name="P50">Half of the answers took at most so many milliseconds.</param>
/// <param name="P99">And 99 of 100 so many.</param>
internal sealed partial record Wrk(double PerSecond, double P50, double P99)
{
    /// <exception cref="InvalidOperationException">Not every request was answered with success.</exception>
    public static async Task<Wrk> RunAsync(Uri url, string script, int connections, int seconds, params string[] arguments)
    {
        await Machine.SettleAsync();
        var output = await Tool.RunAsync("wrk", ["-t2", $"-c{connections}", $"-d{seconds}s", "--timeout", "10s", "--latency",
            "-s", Path.Combine(AppContext.BaseDirectory, script), url.ToString(), "--", .. arguments]);
        if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(output);
        }

        return new Wrk(Number(RateLine().Match(output)), Milliseconds(P50Line().Match(output)), Milliseconds(P99Line().Match(output)));
    }

    private static double Milliseconds(Match latency) => Number(latency) * latency.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1_000 };

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+([0-9.]+)")]
    private static partial Regex RateLine();

    [GeneratedRegex(@"50%\s+([0-9.]+)(us|ms|s)")]
    private static partial Regex P50Line();

    [GeneratedRegex(@"99%\s+([0-9.]+)(us|ms|s)")]
    private static partial Regex P99Line();
}
