using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>The service as a person starts it: the script <c>run</c>, in a process of its own, with a data folder of its own.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private RunningService(Process process, DirectoryInfo data, JsonNode greeting)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        Data = data;
        Url = (string)greeting["url"]!;
        Key = (string?)greeting["demoKey"] ?? "";
        Receiver = (string?)greeting["receiver"];
    }

    public static DirectoryInfo Root { get; } = FindRoot();

    /// <summary>The program, for its other commands.</summary>
    public static string Program { get; } = Path.Combine(Root.FullName, "flownally");

    public DirectoryInfo Data { get; }

    public string Url { get; }

    public string Key { get; }

    /// <summary>Where it takes the webhooks of the demo's journey; null where it does not.</summary>
    public string? Receiver { get; }

    /// <summary>What it has logged since it answers; all of it once it has ended.</summary>
    public IReadOnlyCollection<string> Log => _log;

    public bool DatabaseRuns => File.Exists(Path.Combine(Data.FullName, "postgres/postmaster.pid"));

    /// <param name="uid">The account to run as; only root can choose one.</param>
    public static async Task<RunningService> StartAsync(DirectoryInfo data, int? uid = null, params (string Name, string Value)[] settings)
    {
        string[] command = [Path.Combine(Root.FullName, "run"), "--port", "0", "--json", "--data", data.FullName];
        string[] account = uid is null ? [] : ["setpriv", $"--reuid={uid}", $"--regid={uid}", "--clear-groups"];
        return await RunAsync(data, [.. account, .. command], settings);
    }

    /// <summary>Another process of the service on a database that is there.</summary>
    public static Task<RunningService> ServeAsync(string connectionString, params (string Name, string Value)[] settings) =>
        RunAsync(Root, [Program, "serve", "--port", "0", "--json"], [("ConnectionStrings__Flownally", connectionString), .. settings]);

    /// <param name="words">The command, with <c>--json</c>.</param>
    public static async Task<RunningService> RunAsync(DirectoryInfo data, string[] words, params (string Name, string Value)[] settings)
    {
        var process = Start(words, settings);
        var greeting = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return greeting is null
            ? throw new InvalidOperationException("It ended without a greeting; its words are in the log above.")
            : new RunningService(process, data, JsonNode.Parse(greeting)!);
    }

    /// <summary>What it prints next.</summary>
    public async Task<JsonNode> PrintedAsync() => JsonNode.Parse((await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience))!)!;

    /// <summary>Runs a command of the program on this service's data.</summary>
    public Task<(int Status, string Output)> CommandAsync(params string[] words) => ToolAsync([Program, .. words, "--data", Data.FullName]);

    public static async Task<(int Status, string Output)> ToolAsync(string[] words, params (string Name, string Value)[] settings)
    {
        using var process = Start(words, settings);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, output.Trim());
    }

    /// <summary>Runs a command of the program, and keeps apart what it says on standard output and on standard error.</summary>
    public static Task<(int Status, string Output, string Error)> SaidAsync(
        string[] words, params (string Name, string Value)[] settings) => SaidAsync(words, "/dev/null", settings);

    /// <param name="input">The file that is its standard input.</param>
    public static async Task<(int Status, string Output, string Error)> SaidAsync(
        string[] words, string input, params (string Name, string Value)[] settings)
    {
        const string Apart = "input=$1; shift; exec \"$@\" 2>\"$0\" <\"$input\"";
        var errors = Path.GetTempFileName();
        try
        {
            var (status, output) = await ToolAsync(["/bin/sh", "-c", Apart, errors, input, Program, .. words], settings);
            return (status, output, (await File.ReadAllTextAsync(errors)).Trim());
        }
        finally
        {
            File.Delete(errors);
        }
    }

    /// <summary>Runs a command and kills it as soon as it has said something.</summary>
    public static async Task KillAtAsync(string[] words, string said, params (string Name, string Value)[] settings)
    {
        var heard = new TaskCompletionSource();
        using var process = Start(words, settings);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(said, StringComparison.Ordinal) == true)
            {
                heard.TrySetResult();
            }
        };
        await heard.Task.WaitAsync(Patience);
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as Ctrl-C does.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> InterruptAsync(string signal = "INT")
    {
        await ToolAsync(["kill", $"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await InterruptAsync();
        }

        _process.Dispose();
    }

    public static Process Start(string[] words, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = Root.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => TestContext.Progress.WriteLine(line.Data);
        process.BeginErrorReadLine();
        return process;
    }

    private static DirectoryInfo FindRoot()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Flownally.sln")))
        {
            folder = folder.Parent!;
        }

        return folder;
    }
}
