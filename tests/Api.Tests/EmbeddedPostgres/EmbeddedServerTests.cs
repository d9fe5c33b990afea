using System.Diagnostics;
using System.Globalization;
using Flownally.Infrastructure.EmbeddedPostgres;
using Npgsql;

namespace Flownally.Api.Tests.EmbeddedPostgres;

public sealed class EmbeddedServerTests
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-embedded-");

    [OneTimeSetUp]
    public void Open() => File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task A_folder_with_a_long_odd_name_is_as_good_as_any_and_keeps_what_is_stored()
    {
        var data = Path.Combine(_temporary.FullName, "with spaces and ü", new string('x', 150));
        await using (var server = await StartAsync(data))
        {
            await ExecuteAsync(server, "CREATE TABLE kept ()");
        }

        Assert.That(File.Exists(Path.Combine(data, "postgres", "postmaster.pid")), Is.False);
        await using var again = await StartAsync(data);
        await ExecuteAsync(again, "SELECT FROM kept");
    }

    [Test]
    public async Task Those_who_come_at_the_same_moment_share_one_server_and_the_last_stops_it()
    {
        var data = Path.Combine(_temporary.FullName, "shared");
        var servers = await Task.WhenAll(StartAsync(data), StartAsync(data), StartAsync(data));
        Assert.That(servers.Select(server => server.ConnectionString).Distinct().Count(), Is.EqualTo(1));
        await servers[0].DisposeAsync();
        await servers[1].DisposeAsync();
        await ExecuteAsync(servers[2], "SELECT 1");
        await servers[2].DisposeAsync();
        Assert.That(File.Exists(Path.Combine(data, "postgres", "postmaster.pid")), Is.False);
    }

    [Test]
    public async Task A_server_that_is_killed_is_started_again_at_the_same_address()
    {
        var data = Path.Combine(_temporary.FullName, "killed");
        await using var server = await StartAsync(data);
        var pid = int.Parse(File.ReadLines(Path.Combine(data, "postgres", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        using (var postmaster = Process.GetProcessById(pid))
        {
            postmaster.Kill();
            await postmaster.WaitForExitAsync();
        }

        Assert.That(async () => await ExecuteAsync(server, "SELECT 1"), Throws.Nothing.After(20_000, 200));
    }

    [Test]
    public async Task A_start_finishes_an_upgrade_that_ended_between_the_two_renames_of_its_switch()
    {
        var data = Path.Combine(_temporary.FullName, "switch");
        await using (var server = await StartAsync(data))
        {
            await ExecuteAsync(server, "CREATE TABLE kept ()");
        }

        Directory.Move(Path.Combine(data, "postgres"), Path.Combine(data, "postgres.upgraded"));
        await using var again = await StartAsync(data);
        await ExecuteAsync(again, "SELECT FROM kept");
    }

    [Test]
    public async Task A_server_in_a_folder_behind_a_link_is_seen_to_live()
    {
        var link = Path.Combine(_temporary.FullName, "link");
        Directory.CreateSymbolicLink(link, _temporary.CreateSubdirectory("behind").FullName);
        var data = Path.Combine(link, "data");
        await using var server = await StartAsync(data);
        Assert.That((await Cluster.OpenAsync(data, TestContext.Progress.WriteLine, CancellationToken.None)).IsAlive());
    }

    [Test]
    [Platform("Linux")]
    public async Task A_server_counts_as_dead_only_if_that_is_certain()
    {
        var data = Path.Combine(_temporary.FullName, "certain");
        Directory.CreateDirectory(data);
        var cluster = await Cluster.OpenAsync(data, TestContext.Progress.WriteLine, CancellationToken.None);
        var file = Path.Combine(data, "postgres", "postmaster.pid");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cluster.IsAlive(), Is.False, "no file");
            await File.WriteAllTextAsync(file, "");
            Assert.That(cluster.IsAlive(), Is.False, "a file that names no process");
            await File.WriteAllTextAsync(file, $"{int.MaxValue}\n");
            Assert.That(cluster.IsAlive(), Is.False, "no such process");
            await File.WriteAllTextAsync(file, $"{Environment.ProcessId}\n");
            Assert.That(cluster.IsAlive(), Is.False, "another process");
            File.Delete(file);
            Directory.CreateDirectory(file);
            Assert.That(cluster.IsAlive(), "a file that cannot be read");
        }
    }

    [Test]
    public async Task A_cluster_of_another_version_is_refused_in_a_sentence()
    {
        var data = Path.Combine(_temporary.FullName, "old");
        await (await StartAsync(data)).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(data, "postgres", "PG_VERSION"), "9\n");
        Assert.That(async () => await StartAsync(data), Throws.TypeOf<EmbeddedServerException>().With.Message.Contains("PostgreSQL 9"));
    }

    private static Task<EmbeddedServer> StartAsync(string data) =>
        EmbeddedServer.StartAsync(data, TestContext.Progress.WriteLine, CancellationToken.None);

    private static async Task ExecuteAsync(EmbeddedServer server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
