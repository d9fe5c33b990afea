using System.Globalization;

namespace Flownally.Load;

/// <summary>The machine that everything runs on.</summary>
internal static class Machine
{
    /// <summary>The share of the CPU that is in use while nothing of ours runs, 0 to 1 (proc(5), /proc/stat).</summary>
    public static async Task<double> BusyAsync()
    {
        var before = await ReadAsync();
        await Task.Delay(500);
        var after = await ReadAsync();
        return 1 - ((after.Idle - before.Idle) / (after.All - before.All));
    }

    /// <summary>
    /// Has the kernel write what it holds back. It would do so by itself every half minute, at once, and commits would wait some
    /// 50 ms meanwhile: nothing to one in a hundred over that half minute, but more than that to what is measured for a few seconds.
    /// </summary>
    public static Task SettleAsync() => Tool.RunAsync("sync", []);

    private static async Task<(double Idle, double All)> ReadAsync()
    {
        var columns = (await File.ReadAllLinesAsync("/proc/stat"))[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(column => double.Parse(column, CultureInfo.InvariantCulture)).ToList();
        return (columns[3] + columns[4], columns.Take(8).Sum());
    }
}
