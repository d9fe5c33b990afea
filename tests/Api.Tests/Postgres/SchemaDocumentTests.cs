using System.Text.RegularExpressions;
using Flownally.Api.Tests.CommandLine;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Postgres;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary><c>docs/schema.sql</c> shows the tables as they are after all migrations.</summary>
public sealed partial class SchemaDocumentTests
{
    /// <summary>Other versions of pg_dump word the same tables otherwise.</summary>
    private const int Version = 15;

    private const string Heading = "-- The tables after all migrations. Made from pg_dump by a test; the migrations say why each is as it is.\n\n";

    [Test]
    public async Task The_document_shows_the_tables_that_the_migrations_make()
    {
        var server = await PostgresBinaries.FindAsync(null, await ServerAccount.OfAsync("/nowhere", default), default);
        var clients = await PostgresBinaries.WithVersionsAsync(PostgresBinaries.UsualFolders(), ["pg_dump"], program => [program, "--version"], default);
        var folder = clients.FirstOrDefault(client => client.MajorVersion == Version).Folder;
        if (server.MajorVersion != Version || folder is null)
        {
            Assert.Ignore($"PostgreSQL {Version} and its pg_dump are not both installed.");
        }

        var database = new NpgsqlConnectionStringBuilder(await DatabaseTests.NewDatabaseAsync("schema_document"));
        await Migrator.MigrateAsync(database.ConnectionString, CancellationToken.None);
        var (status, dump) = await RunningService.ToolAsync([Path.Combine(folder!, "pg_dump"), "--schema-only", "--no-owner", "--no-privileges",
            "--exclude-table=events_2*", "--exclude-table=schema_migrations*",
            "--host", database.Host!, "--username", database.Username!, database.Database!]);
        Assert.That(status, Is.Zero);
        var actual = Path.Combine(RunningService.Root.FullName, "artifacts/schema.sql");
        await File.WriteAllTextAsync(actual, Heading + Plain(dump));
        var document = Path.Combine(RunningService.Root.FullName, "docs/schema.sql");
        Assert.That(await File.ReadAllTextAsync(actual), Is.EqualTo(await File.ReadAllTextAsync(document)), "The tables have changed: cp artifacts/schema.sql docs/schema.sql");
    }

    /// <summary>Without what says nothing about tables.</summary>
    private static string Plain(string dump) => BlankLines().Replace(Noise().Replace(dump, ""), "\n\n").Trim() + "\n";

    [GeneratedRegex(@"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)\n?", RegexOptions.Multiline)]
    private static partial Regex Noise();

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex BlankLines();
}
