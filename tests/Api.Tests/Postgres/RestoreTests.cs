using Flownally.Api.Tests.CommandLine;
using Flownally.Api.Tests.Feed;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Postgres;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>A dump that is restored into another server, where transactions are counted anew.</summary>
public sealed class RestoreTests
{
    /// <summary>Transactions that a server counts besides.</summary>
    private const string OtherWork = "DO $$ BEGIN FOR i IN 1..2000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$";

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-restore-");

    [OneTimeSetUp]
    public void Open() => File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task The_feed_goes_on_where_it_was_also_for_a_cursor_of_what_came_after_the_dump()
    {
        await BackupTests.RequireClientsAsync();
        await using var old = await StartServerAsync("old");
        await using var before = await OwnService.StartOnAsync(old.ConnectionString);
        await before.ExecuteAsync(OtherWork);
        List<string> recorded = [];
        for (var i = 0; i < 20; i++)
        {
            recorded.Add((string)(await before.Workspace.RecordedAsync("ctc_1"))["id"]!);
        }

        await before.ExecuteAsync(OtherWork);
        var half = await before.Workspace.ReadFeedAsync(more: "pageSize=10&wait=30");
        var whole = await before.Workspace.ReadFeedAsync(10, half.Cursor);
        var dump = Path.Combine(_temporary.FullName, "dump.sql");
        await RunAsync("pg_dump", "--dbname", UriOf(old), "--file", dump);
        for (var i = 0; i < 200; i++)
        {
            await before.Workspace.RecordedAsync("ctc_1");
        }

        var lost = await before.Workspace.ReadFeedAsync(200, whole.Cursor, "pageSize=200");

        await using var @new = await StartServerAsync("new");
        await RunAsync("psql", "--dbname", UriOf(@new), "--quiet", "--set", "ON_ERROR_STOP=1",
            "--command", $"CREATE ROLE {Migrator.ApiRole} NOLOGIN; GRANT {Migrator.ApiRole} TO CURRENT_USER", "--file", dump);
        Assert.That(await NextTransactionAsync(@new), Is.LessThan((await FeedReading.PlaceAsync(half.Cursor, old.ConnectionString)).TransactionId), "It counts anew.");
        await using var after = await OwnService.StartOnAsync(@new.ConnectionString);
        var workspace = before.Workspace.At(after.Url);
        Assert.That((await workspace.ReadFeedAsync(0, lost.Cursor)).Events, Is.Empty);

        using var stream = await EventStream.OpenAsync(workspace, lastEventId: half.Cursor);
        var waiting = workspace.ReadFeedAsync(1, whole.Cursor);
        List<string> anew = [];
        for (var i = 0; i < 3; i++)
        {
            anew.Add((string)(await workspace.RecordedAsync("ctc_1"))["id"]!);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(half.Events.Concat(whole.Events).Ids(), Is.EqualTo(recorded));
            Assert.That((await waiting).Events.Ids()[0], Is.EqualTo(anew[0]));
            Assert.That((await workspace.ReadFeedAsync(3, whole.Cursor)).Events.Ids(), Is.EqualTo(anew));
            Assert.That((await workspace.ReadFeedAsync(3, lost.Cursor)).Events.Ids(), Is.EqualTo(anew));
            Assert.That((await stream.NextAsync(13)).Select(e => (string)e.Event!["id"]!), Is.EqualTo([.. recorded[10..], .. anew]));
            Assert.That((await workspace.ReadFeedAsync(23, more: "pageSize=4")).Events.Ids(), Is.EqualTo([.. recorded, .. anew]));
        }
    }

    [Test]
    public async Task A_stream_ends_when_the_database_goes_and_its_client_is_told_why_when_it_comes_again()
    {
        var server = await StartServerAsync("going");
        await using var service = await OwnService.StartOnAsync(server.ConnectionString, TimeSpan.FromMilliseconds(200));
        using var stream = await EventStream.OpenAsync(service.Workspace);
        await stream.NextAsync();
        await server.DisposeAsync();
        await stream.EndAsync();
        (await service.Workspace.SendAsync(EventStream.Request())).AssertRefused(503, "databaseUnavailable");
    }

    private async Task<EmbeddedServer> StartServerAsync(string name)
    {
        var server = await EmbeddedServer.StartAsync(Path.Combine(_temporary.FullName, name), TestContext.Progress.WriteLine, CancellationToken.None);
        if (name != "new")
        {
            await Migrator.MigrateAsync(server.ConnectionString, CancellationToken.None);
        }

        return server;
    }

    private static async Task<long> NextTransactionAsync(EmbeddedServer server)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var next = source.CreateCommand("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
        return (long)(await next.ExecuteScalarAsync())!;
    }

    private static string UriOf(EmbeddedServer server)
    {
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        return $"postgresql:///{connection.Database}?host={Uri.EscapeDataString(connection.Host!)}&user={connection.Username}";
    }

    /// <summary>Runs a client program of PostgreSQL, which lies beside the server's or in PATH.</summary>
    private static async Task RunAsync(string program, params string[] arguments)
    {
        var binaries = await PostgresBinaries.FindAsync(null, await ServerAccount.OfAsync("/nowhere", default), default);
        var found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Prepend(binaries.Folder).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        if (found is null)
        {
            Assert.Ignore($"{program} is not installed.");
        }

        var (status, output) = await RunningService.ToolAsync([found!, .. arguments]);
        Assert.That(status, Is.Zero, output);
    }
}
