using System.Formats.Tar;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Flownally.Infrastructure.EmbeddedPostgres;

namespace Flownally.Api.Tests.CommandLine;

/// <summary><c>flownally backup</c> and <c>flownally restore</c>, on embedded databases of their own.</summary>
public sealed class BackupTests
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-backup-");

    [OneTimeSetUp]
    public async Task Open()
    {
        File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);
        await RequireClientsAsync();
    }

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task What_was_backed_up_while_the_service_ran_is_there_again_with_its_keys_in_another_folder()
    {
        var file = Path.Combine(_temporary.FullName, "whole.tar");
        string key, cursor;
        await using (var service = await RunningService.StartAsync(Folder("running")))
        {
            key = service.Key;
            await RecordAsync(service, 3);
            Assert.That((await service.CommandAsync("backup", file)).Status, Is.Zero);
            cursor = await RecordAndReadAllAsync(service, 20, 23);
        }

        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Directory.EnumerateFiles(_temporary.FullName, "*.part"), Is.Empty);
        var other = Folder("other");
        Assert.That((await RestoreAsync(other, file)).Status, Is.Zero);
        Assert.That(File.GetUnixFileMode(Path.Combine(other.FullName, "demo-key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        await using var restored = await RunningService.StartAsync(other);
        Assert.That(restored.Key, Is.EqualTo(key));
        await AssertNothingIsSkippedAsync(restored, cursor);
        Assert.That(await TotalAsync(restored), Is.EqualTo(4));
    }

    [Test]
    public async Task After_a_snapshot_was_restored_and_told_of_no_cursor_skips_what_is_recorded()
    {
        var data = Folder("snapshot");
        await using (var service = await RunningService.StartAsync(data))
        {
            await RecordAsync(service, 1);
        }

        var snapshot = data.FullName + ".taken";
        await RunningService.ToolAsync(["cp", "-a", data.FullName, snapshot]);
        string cursor;
        await using (var service = await RunningService.StartAsync(data))
        {
            cursor = await RecordAndReadAllAsync(service, 20, 21);
        }

        data.Delete(recursive: true);
        Directory.Move(snapshot, data.FullName);
        Assert.That((await RunningService.ToolAsync([RunningService.Program, "database", "moved", "--data", data.FullName])).Status, Is.Zero);
        await using var again = await RunningService.StartAsync(data);
        await AssertNothingIsSkippedAsync(again, cursor);
        Assert.That(await TotalAsync(again), Is.EqualTo(2));
    }

    [Test]
    public async Task A_database_that_holds_a_workspace_is_replaced_only_by_force_and_when_nobody_uses_it()
    {
        var data = Folder("full");
        var file = Path.Combine(_temporary.FullName, "full.tar");
        await using (var service = await RunningService.StartAsync(data))
        {
            await RecordAsync(service, 1);
            Assert.That((await service.CommandAsync("backup", file)).Status, Is.Zero);
            await RecordAsync(service, 1);
            Assert.That((await RestoreAsync(data, file, "--force")).Status, Is.EqualTo(1), "it is in use");
            Assert.That(await TotalAsync(service), Is.EqualTo(2));
        }

        Assert.That((await RestoreAsync(data, file)).Status, Is.EqualTo(1));
        await using (var service = await RunningService.StartAsync(data))
        {
            Assert.That(await TotalAsync(service), Is.EqualTo(2));
        }

        Assert.That((await RestoreAsync(data, file, "--force")).Status, Is.Zero);
        await using (var service = await RunningService.StartAsync(data))
        {
            Assert.That(await TotalAsync(service), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_restore_that_was_killed_has_changed_nothing_and_can_be_run_again()
    {
        var data = Folder("killed");
        var file = Path.Combine(_temporary.FullName, "killed.tar");
        await using (var service = await RunningService.StartAsync(data))
        {
            await RecordAsync(service, 1);
            Assert.That((await service.CommandAsync("backup", file)).Status, Is.Zero);
            await RecordAsync(service, 1);
        }

        await RunningService.KillAtAsync([RunningService.Program, "restore", file, "--force", "--data", data.FullName], "Restoring the backup.");
        await using (var service = await RunningService.StartAsync(data))
        {
            Assert.That(await TotalAsync(service), Is.EqualTo(2));
        }

        Assert.That((await RestoreAsync(data, file, "--force")).Status, Is.Zero);
        await using var again = await RunningService.StartAsync(data);
        Assert.That(await TotalAsync(again), Is.EqualTo(1));
    }

    [Test]
    public async Task A_file_that_is_no_whole_backup_is_refused_and_nothing_changes()
    {
        var data = Folder("refused");
        var file = Path.Combine(_temporary.FullName, "refused.tar");
        await using (var service = await RunningService.StartAsync(data))
        {
            await RecordAsync(service, 1);
            Assert.That((await service.CommandAsync("backup", file)).Status, Is.Zero);
        }

        await using (var cut = File.OpenWrite(file))
        {
            cut.SetLength(cut.Length / 2);
        }

        var foreign = Path.Combine(_temporary.FullName, "foreign.tar");
        await TarFile.CreateFromDirectoryAsync(_temporary.CreateSubdirectory("empty").FullName, foreign, includeBaseDirectory: true);
        foreach (var refused in new[] { file, foreign, Path.Combine(_temporary.FullName, "missing.tar") })
        {
            Assert.That((await RestoreAsync(data, refused, "--force")).Status, Is.EqualTo(2), refused);
        }

        await using var after = await RunningService.StartAsync(data);
        Assert.That(await TotalAsync(after), Is.EqualTo(1));
    }

    [Test]
    public async Task Only_a_backup_is_replaced_by_a_backup()
    {
        var text = Path.Combine(_temporary.FullName, "text.txt");
        var pipe = Path.Combine(_temporary.FullName, "pipe");
        var (linked, link) = (Path.Combine(_temporary.FullName, "linked.tar"), Path.Combine(_temporary.FullName, "link.tar"));
        await File.WriteAllTextAsync(text, "important");
        await RunningService.ToolAsync(["mkfifo", pipe]);
        File.CreateSymbolicLink(link, linked);
        await using var service = await RunningService.StartAsync(Folder("replacing"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await service.CommandAsync("backup", text)).Status, Is.EqualTo(2));
            Assert.That(await File.ReadAllTextAsync(text), Is.EqualTo("important"));
            Assert.That((await service.CommandAsync("backup", pipe)).Status, Is.EqualTo(2));
            Assert.That((await service.CommandAsync("backup", link)).Status, Is.Zero);
            Assert.That((await service.CommandAsync("backup", linked)).Status, Is.Zero, "It is a backup.");
            Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo(linked));
        }
    }

    [Test]
    public async Task A_backup_whose_bytes_were_changed_is_refused_and_leaves_no_database()
    {
        var (data, other) = (Folder("damaged"), Folder("damaged-new"));
        var file = Path.Combine(_temporary.FullName, "damaged.tar");
        await using (var service = await RunningService.StartAsync(data))
        {
            await RecordAsync(service, 1);
            Assert.That((await service.CommandAsync("backup", file)).Status, Is.Zero);
        }

        await using (var damage = File.OpenWrite(file))
        {
            damage.Position = damage.Length / 2;
            await damage.WriteAsync(new byte[damage.Length / 10]);
        }

        var restored = await RestoreAsync(other, file);
        Assert.That((restored.Status, Directory.Exists(Path.Combine(other.FullName, "postgres"))), Is.EqualTo((1, false)), restored.Output);
        Assert.That((await RestoreAsync(data, file, "--force")).Status, Is.EqualTo(1));
        await using var after = await RunningService.StartAsync(data);
        Assert.That(await TotalAsync(after), Is.EqualTo(1));
    }

    [TestCase("backup", "FILE")]
    [TestCase("database", "upgrade")]
    public async Task Without_an_embedded_database_there_is_nothing_to_do_and_none_is_made(params string[] command)
    {
        var data = Folder("none");
        Assert.That((await RunningService.ToolAsync([RunningService.Program, .. command, "--data", data.FullName])).Status, Is.EqualTo(2));
        Assert.That(data.Exists, Is.False);
    }

    [TestCase("backup", "FILE")]
    [TestCase("database", "upgrade")]
    public async Task A_server_of_somebody_else_is_refused(params string[] command) => Assert.That(
        (await RunningService.ToolAsync([RunningService.Program, .. command], ("ConnectionStrings__Flownally", Service.ConnectionString))).Status, Is.EqualTo(2));

    internal static async Task RequireClientsAsync()
    {
        var server = await PostgresBinaries.FindAsync(null, await ServerAccount.OfAsync("/nowhere", default), default);
        if (!await PostgresClients.ExistAsync(server.MajorVersion, default))
        {
            Assert.Ignore($"pg_dump of version {server.MajorVersion} or newer is not installed.");
        }
    }

    internal static async Task RecordAsync(RunningService service, int count)
    {
        using var http = Client(service);
        for (var i = 0; i < count; i++)
        {
            using var response = await http.PostAsJsonAsync("events", new { eventTypeName = "signup.completed" });
            Assert.That((int)response.StatusCode, Is.EqualTo(201));
        }
    }

    internal static async Task<int> TotalAsync(RunningService service)
    {
        using var http = Client(service);
        return (int)JsonNode.Parse(await http.GetStringAsync("events"))!["totalSize"]!;
    }

    /// <returns>The cursor behind all that is recorded.</returns>
    private static async Task<string> RecordAndReadAllAsync(RunningService service, int more, int all)
    {
        await RecordAsync(service, more);
        var cursor = "";
        for (var met = 0; met < all;)
        {
            var page = await ReadFeedAsync(service, cursor);
            met += page["events"]!.AsArray().Count;
            cursor = (string)page["nextCursor"]!;
        }

        return cursor;
    }

    /// <summary>Records an event, which is the next one that a reader with a cursor of before meets.</summary>
    private static async Task AssertNothingIsSkippedAsync(RunningService service, string cursor)
    {
        await RecordAsync(service, 1);
        Assert.That((await ReadFeedAsync(service, cursor))["events"]!.AsArray(), Has.Count.EqualTo(1));
    }

    private static async Task<JsonNode> ReadFeedAsync(RunningService service, string cursor)
    {
        using var http = Client(service);
        return JsonNode.Parse(await http.GetStringAsync($"/v1/events/feed?pageSize=200&wait=20&cursor={cursor}"))!;
    }

    private static HttpClient Client(RunningService service) => new()
    {
        BaseAddress = new Uri($"{service.Url}/v1/contacts/ctc_1001/"),
        DefaultRequestHeaders = { Authorization = new("Bearer", service.Key) },
    };

    private static Task<(int Status, string Output)> RestoreAsync(DirectoryInfo data, string file, params string[] options) =>
        RunningService.ToolAsync([RunningService.Program, "restore", file, .. options, "--data", data.FullName]);

    private DirectoryInfo Folder(string name) => new(Path.Combine(_temporary.FullName, name));
}
