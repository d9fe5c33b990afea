using System.Globalization;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A database as a file of <c>pg_dump</c>'s custom format, which servers of other versions can restore.</summary>
internal sealed class DatabaseDump(PostgresClients clients, string file, Action<string> say)
{
    /// <summary>A dump holds no roles; its tables are granted to this one, and what migrations make belongs to who can set it.</summary>
    private const string MakeApiRole = """
        DO $$ BEGIN CREATE ROLE flownally_api NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT flownally_api TO CURRENT_USER
        """;

    private const double Megabyte = 1024 * 1024;

    private static readonly TimeSpan BetweenWords = TimeSpan.FromSeconds(5);

    /// <summary>Writes the database to the file, which only the person who started the process can read: it holds all secrets.</summary>
    public async Task WriteAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        File.Delete(file);
        await using (new FileStream(file, PrivateFile.Options))
        {
        }

        await TellAsync(Tool.RequireAsync([clients.PgDump, .. cluster.ClientOptions, "--format=custom", "--file", file, Cluster.DatabaseName], cancellationToken),
            "Dumped so far", () => Task.FromResult(new FileInfo(file).Length));
    }

    /// <summary>Fills an empty database with the file, and makes it ready for this program.</summary>
    public async Task RestoreAsync(Cluster cluster, string database, CancellationToken cancellationToken)
    {
        await cluster.ExecuteAsync(database, MakeApiRole, cancellationToken);
        string[] options = ["--no-owner", "--exit-on-error", $"--jobs={Environment.ProcessorCount}", $"--dbname={database}"];
        await TellAsync(Tool.RequireAsync([clients.PgRestore, .. cluster.ClientOptions, .. options, file], cancellationToken), "Restored so far",
            () => cluster.AskAsync<long>(Cluster.Maintenance, $"SELECT pg_database_size('{database}')", CancellationToken.None));
        await cluster.ExecuteAsync(database, "ANALYZE", cancellationToken); // a dump holds no statistics
        await Migrator.MigrateAsync(cluster.ConnectionTo(database), cancellationToken);
        await FeedMove.MoveAsync(cluster.ConnectionTo(database), cancellationToken);
    }

    private async Task TellAsync(Task work, string what, Func<Task<long>> bytes)
    {
        while (await Task.WhenAny(work, Task.Delay(BetweenWords, TimeProvider.System, CancellationToken.None)) != work)
        {
            var megabytes = await bytes() / Megabyte;
            say(string.Create(CultureInfo.InvariantCulture, $"{what}: {megabytes:N0} MB."));
        }

        await work;
    }
}
