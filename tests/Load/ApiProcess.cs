using System.Diagnostics;
using System.Text.Json;

namespace Flownally.Load;

/// <summary>The service in a process of its own, as it runs in production.</summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ApiProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>The most memory that it has taken so far, in MB.</summary>
    public double PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / 1e6;
        }
    }

    /// <summary>The memory that it has now, in MB.</summary>
    public double Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>What it has used of the CPU, to 10 ms (proc(5), /proc/PID/stat).</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static Task<ApiProcess> StartAsync(string connectionString, params (string Name, string Value)[] settings) =>
        StartAsync(Beside("flownally.dll"), connectionString, settings);

    /// <param name="program">Of another version.</param>
    public static Task<ApiProcess> StartAsync(string program, string connectionString, params (string Name, string Value)[] settings) =>
        StartAsync([program, "serve", "--port", "0", "--json"], connectionString, settings);

    /// <summary>The service with <see cref="SingleCommitLog"/>, on a runtime of the same configuration.</summary>
    public static Task<ApiProcess> StartSingleCommitAsync(string connectionString, params (string Name, string Value)[] settings) =>
        StartAsync(["exec", "--runtimeconfig", Beside("flownally.runtimeconfig.json"), Beside("Flownally.Load.dll"), SingleCommitLog.Command],
            connectionString, settings);

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static async Task<ApiProcess> StartAsync(string[] arguments, string connectionString, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            Environment = { ["ConnectionStrings__Flownally"] = connectionString },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var greeting = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The service did not start.");
        return new ApiProcess(process, new Uri(JsonElement.Parse(greeting).GetProperty("url").GetString()!));
    }

    /// <summary>Ends it as a power cut would: by SIGKILL, with whatever it was about to do or to say.</summary>
    /// <exception cref="InvalidOperationException">It had ended by itself.</exception>
    public async Task KillAsync()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"The service at {Url} ended by itself, with status {_process.ExitCode}.");
        }

        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
