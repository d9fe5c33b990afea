using System.Text.RegularExpressions;
using Flownally.Api.Tests.CommandLine;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Postgres;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>The procedures of docs/postgresql.md for a server of one's own, as they stand there.</summary>
public sealed partial class OwnServerBackupTests
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-own-");

    [OneTimeSetUp]
    public async Task Open()
    {
        File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_111_111);
        await BackupTests.RequireClientsAsync();
    }

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task A_dump_is_restored_beside_the_database_and_takes_its_place()
    {
        await using var server = await EmbeddedServer.StartAsync(Path.Combine(_temporary.FullName, "dump"), TestContext.Progress.WriteLine, default);
        await Migrator.MigrateAsync(server.ConnectionString, default);
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false };
        (string, string)[] settings =
        [
            ("PGHOST", connection.Host!), ("PGUSER", connection.Username!), ("BACKUP", Path.Combine(_temporary.FullName, "flownally.dump")),
            ("CONNECTION", $"Host={connection.Host};Username={connection.Username}"),
        ];
        var blocks = await BlocksAsync("Backup with pg_dump");
        Assert.That(blocks, Has.Count.EqualTo(3));
        Workspace workspace;
        await using (var service = await OwnService.StartOnAsync(connection.ConnectionString))
        {
            workspace = service.Workspace;
            await workspace.RecordedAsync("ctc_1");
            await RunAsync(blocks[0], settings);
            await workspace.RecordedAsync("ctc_1");
        }

        NpgsqlConnection.ClearAllPools();
        await RunAsync(blocks[1], settings);
        await RunAsync(blocks[2], settings);
        await AssertHoldsAsync(1, workspace, connection.ConnectionString);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_server_is_brought_back_to_a_point_in_time()
    {
        var account = await ServerAccount.OfAsync("/nowhere", default);
        var found = await PostgresBinaries.WithVersionsAsync(PostgresBinaries.UsualFolders(), ["initdb", "pg_ctl", "pg_basebackup", "psql"],
            program => account.Command(program, "--version"), default);
        if (found.Count == 0)
        {
            Assert.Ignore("pg_basebackup is not installed beside a server.");
        }

        var home = Path.Combine(_temporary.FullName, "recovery");
        await account.CreateFolderAsync(home, default);
        var connection = $"Host={home};Username=flownally;Database=flownally;Pooling=false";
        (string, string)[] settings =
        [
            ("PATH", found[0].Folder + ":" + Environment.GetEnvironmentVariable("PATH")), ("PGDATA", home + "/data"), ("PGHOST", home), ("PGUSER", "flownally"),
            ("ARCHIVE", home + "/archive"), ("BASE", home + "/base"), ("ConnectionStrings__Flownally", connection),
        ];
        var blocks = await BlocksAsync("Base backup and point-in-time recovery");
        Assert.That(blocks, Has.Count.EqualTo(3));
        await RunAsync("""
            mkdir "$ARCHIVE"
            initdb --username=flownally --auth=trust --no-instructions
            echo "listen_addresses = ''" >> "$PGDATA/postgresql.conf"
            echo "unix_socket_directories = '$PGHOST'" >> "$PGDATA/postgresql.conf"
            pg_ctl start -w -l "$PGDATA/start.log"
            psql --dbname=postgres --command="CREATE DATABASE flownally"
            """, settings, account);
        try
        {
            await RunAsync(blocks[0].Replace("-w", "-w -l \"$PGDATA/start.log\"", StringComparison.Ordinal), settings, account);
            await Migrator.MigrateAsync(connection, default);
            Workspace workspace;
            string moment;
            await using (var service = await OwnService.StartOnAsync(connection))
            {
                workspace = service.Workspace;
                await workspace.RecordedAsync("ctc_1");
                moment = (await service.AskAsync<string>("SELECT clock_timestamp()::text")).Single();
                await workspace.RecordedAsync("ctc_1");
            }

            await RunAsync(blocks[1], [.. settings, ("MOMENT", moment)], account);
            await RunAsync(blocks[2], settings);
            await AssertHoldsAsync(1, workspace, connection);
        }
        finally
        {
            await RunAsync("pg_ctl stop -m fast -w", settings, account);
        }
    }

    [Test]
    public async Task A_database_that_was_moved_has_its_feed_go_on_behind_all_cursors()
    {
        var connection = await DatabaseTests.NewDatabaseAsync("moved");
        await Migrator.MigrateAsync(connection, default);
        await using var service = await OwnService.StartOnAsync(connection);
        const string Offset = "SELECT transaction_offset FROM feed_clock";
        var before = (await service.AskAsync<long>(Offset)).Single();
        var moved = await RunningService.ToolAsync([RunningService.Program, "database", "moved", "--json"], ("ConnectionStrings__Flownally", connection));
        Assert.That(moved, Is.EqualTo((0, """{"moved":true}""")));
        Assert.That((await service.AskAsync<long>(Offset)).Single(), Is.GreaterThan(before));
    }

    private static async Task AssertHoldsAsync(int events, Workspace workspace, string connectionString)
    {
        await using var service = await OwnService.StartOnAsync(connectionString);
        var answer = await workspace.At(service.Url).GetAsync("/v1/contacts/ctc_1/events");
        Assert.That((int)answer.Json["totalSize"]!, Is.EqualTo(events));
        await service.Workspace.RecordedAsync("ctc_1");
    }

    /// <summary>The commands below a heading.</summary>
    private static async Task<IReadOnlyList<string>> BlocksAsync(string heading)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(RunningService.Root.FullName, "docs/postgresql.md"));
        var section = text.Split("\n## ").Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));
        return [.. Block().Matches(section).Select(block => block.Groups["commands"].Value)];
    }

    private static async Task RunAsync(string commands, (string, string)[] settings, ServerAccount? account = null)
    {
        string[] words = ["bash", "-euc", $"exec 2>&1\n{commands}"];
        var (status, output) = await RunningService.ToolAsync([.. account?.Command(words) ?? words], settings);
        Assert.That(status, Is.Zero, output);
    }

    [GeneratedRegex("```sh\n(?<commands>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
