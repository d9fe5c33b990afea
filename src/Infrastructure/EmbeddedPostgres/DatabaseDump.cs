using System.Globalization;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A database in a file of <c>pg_dump</c>'s custom format, which servers of other versions can restore.</summary>
internal sealed class DatabaseDump(PostgresClients clients, string file, Action<string> report)
{
    /// <summary>
    /// A dump contains no roles. Its tables are granted to this role, and only a role that may SET this role can create objects for it.
    /// </summary>
    private const string CreateApiRole = """
        DO $$ BEGIN CREATE ROLE flownally_api NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT flownally_api TO CURRENT_USER
        """;

    private const double Megabyte = 1024 * 1024;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    /// <summary>Writes the database to a file that only the user of this process can read: the file contains all secrets.</summary>
    public async Task WriteAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        File.Delete(file);
        await using (new FileStream(file, PrivateFile.Options))
        {
        }

        string[] options = ["--format=custom", "--file", file, Cluster.DatabaseName];
        await ReportProgressAsync(Tool.RequireAsync([clients.PgDump, .. cluster.ClientOptions, .. options], cancellationToken),
            "Dumped so far", () => Task.FromResult(new FileInfo(file).Length));
    }

    /// <summary>Restores the file into an empty database and migrates that.</summary>
    public async Task RestoreAsync(Cluster cluster, string database, CancellationToken cancellationToken)
    {
        await cluster.ExecuteAsync(database, CreateApiRole, cancellationToken);
        string[] options = ["--no-owner", "--exit-on-error", $"--jobs={Environment.ProcessorCount}", $"--dbname={database}"];
        await ReportProgressAsync(Tool.RequireAsync([clients.PgRestore, .. cluster.ClientOptions, .. options, file], cancellationToken),
            "Restored so far",
            () => cluster.QueryAsync<long>(Cluster.MaintenanceDatabase, $"SELECT pg_database_size('{database}')", CancellationToken.None));
        await cluster.ExecuteAsync(database, "ANALYZE", cancellationToken); // a dump contains no statistics
        await Migrator.MigrateAsync(cluster.ConnectionTo(database), cancellationToken);
        await FeedMove.MoveAsync(cluster.ConnectionTo(database), cancellationToken);
    }

    private async Task ReportProgressAsync(Task work, string what, Func<Task<long>> bytes)
    {
        while (await Task.WhenAny(work, Task.Delay(ReportInterval, TimeProvider.System, CancellationToken.None)) != work)
        {
            var megabytes = await bytes() / Megabyte;
            report(string.Create(CultureInfo.InvariantCulture, $"{what}: {megabytes:N0} MB."));
        }

        await work;
    }
}
