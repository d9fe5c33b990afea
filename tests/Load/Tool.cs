using System.Diagnostics;

namespace Flownally.Load;

/// <summary>A program of this machine.</summary>
internal static class Tool
{
    public static async Task<string> RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {await errors}");
    }

    /// <summary>Runs a program whose words are for whoever reads the log.</summary>
    /// <param name="settings">Of its environment.</param>
    /// <returns>Its exit status.</returns>
    public static async Task<int> StatusAsync(string program, string[] arguments, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            Program.Say(line);
        }

        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
