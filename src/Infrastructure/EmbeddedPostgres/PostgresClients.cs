namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A folder with <c>pg_dump</c> and <c>pg_restore</c>, which are in a package of their own.</summary>
internal sealed record PostgresClients(string Folder, int MajorVersion)
{
    private static readonly string[] Programs = ["pg_dump", "pg_restore"];

    public string PgDump => Path.Combine(Folder, "pg_dump");

    public string PgRestore => Path.Combine(Folder, "pg_restore");

    /// <summary>
    /// Finds the oldest clients that work with a server. pg_dump refuses a server newer than itself, and a newer pg_restore uses settings
    /// that an older server does not know.
    /// </summary>
    /// <exception cref="EmbeddedServerException">No clients for this version are installed.</exception>
    public static async Task<PostgresClients> FindAsync(int serverVersion, CancellationToken cancellationToken) =>
        (await FindAllAsync(serverVersion, cancellationToken)).MinBy(clients => clients.MajorVersion)
            ?? throw new EmbeddedServerException($"pg_dump and pg_restore of version {serverVersion} or newer are not installed; "
                + $"on Debian: apt-get install postgresql-client-{serverVersion} (apt.postgresql.org has every version); "
                + "with Homebrew: brew install libpq.");

    public static async Task<bool> ExistAsync(int serverVersion, CancellationToken cancellationToken) =>
        (await FindAllAsync(serverVersion, cancellationToken)).Any();

    private static async Task<IEnumerable<PostgresClients>> FindAllAsync(int serverVersion, CancellationToken cancellationToken)
    {
        var folders = await PostgresBinaries.WithVersionsAsync(
            PostgresBinaries.UsualFolders(), Programs, program => [program, "--version"], cancellationToken);
        return folders.Where(folder => folder.MajorVersion >= serverVersion)
            .Select(folder => new PostgresClients(folder.Folder, folder.MajorVersion));
    }
}
