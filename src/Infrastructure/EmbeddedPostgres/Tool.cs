using System.Diagnostics;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    /// <summary>Finds programs in PATH only. .NET would first look in the current folder.</summary>
    private const string Env = "/usr/bin/env";

    /// <summary>Runs a program in the root folder, which every account can enter, and returns its output.</summary>
    public static async Task<ToolResult> RunAsync(IEnumerable<string> command, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Env, command)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new ToolResult(process.ExitCode, (await output + await errors).Trim());
    }

    /// <exception cref="EmbeddedServerException">The program failed.</exception>
    public static async Task<string> RequireAsync(IEnumerable<string> command, CancellationToken cancellationToken)
    {
        var words = command.ToList();
        var result = await RunAsync(words, cancellationToken);
        return result.Succeeded ? result.Output : throw new EmbeddedServerException($"{string.Join(' ', words)} failed: {result.Output}");
    }
}

internal sealed record ToolResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}
