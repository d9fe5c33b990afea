namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A folder with <c>pg_dump</c> and <c>pg_restore</c>, which come in a package of their own.</summary>
internal sealed record PostgresClients(string Folder, int MajorVersion)
{
    private static readonly string[] Programs = ["pg_dump", "pg_restore"];

    public string PgDump => Path.Combine(Folder, "pg_dump");

    public string PgRestore => Path.Combine(Folder, "pg_restore");

    /// <summary>
    /// The oldest that fit the server: pg_dump refuses a server that is newer than itself, and pg_restore sets what an older server does not know.
    /// </summary>
    /// <exception cref="EmbeddedServerException">There are none for this version.</exception>
    public static async Task<PostgresClients> FindAsync(int serverVersion, CancellationToken cancellationToken) =>
        (await ThatFitAsync(serverVersion, cancellationToken)).MinBy(clients => clients.MajorVersion)
            ?? throw new EmbeddedServerException($"pg_dump and pg_restore of version {serverVersion} or newer are not installed; on Debian: "
                + $"apt-get install postgresql-client-{serverVersion}, which apt.postgresql.org has for every version; with Homebrew: brew install libpq.");

    public static async Task<bool> ExistAsync(int serverVersion, CancellationToken cancellationToken) =>
        (await ThatFitAsync(serverVersion, cancellationToken)).Any();

    private static async Task<IEnumerable<PostgresClients>> ThatFitAsync(int serverVersion, CancellationToken cancellationToken) =>
        (await PostgresBinaries.WithVersionsAsync(PostgresBinaries.UsualFolders(), Programs, program => [program, "--version"], cancellationToken))
            .Where(folder => folder.MajorVersion >= serverVersion).Select(folder => new PostgresClients(folder.Folder, folder.MajorVersion));
}
