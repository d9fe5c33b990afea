using System.Diagnostics;

namespace Flownally.Domain.Tests;

/// <summary>Programs that tests compare with.</summary>
internal static class Programs
{
    /// <summary>The repository's folder.</summary>
    public static string Root
    {
        get
        {
            var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Flownally.sln")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }

    public static bool Has(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Gives a program some lines to read, and returns what it prints.</summary>
    /// <param name="packages">The folder of the npm packages that it needs; null for none.</param>
    public static async Task<string> RunAsync(string program, string[] arguments, string? packages, IEnumerable<string> input)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (packages is not null)
        {
            start.Environment["NODE_PATH"] = Path.Combine(packages, "node_modules");
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        foreach (var line in input)
        {
            await process.StandardInput.WriteLineAsync(line);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, program);
        return await output;
    }
}
