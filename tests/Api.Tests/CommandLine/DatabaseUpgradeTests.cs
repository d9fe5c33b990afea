using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Load.Compat;

namespace Flownally.Api.Tests.CommandLine;

/// <summary><c>flownally database upgrade</c>, from the server that is installed to the one of npm.</summary>
public sealed class DatabaseUpgradeTests
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-upgrade-");
    private (string Name, string Value) _withNpm;

    [OneTimeSetUp]
    public async Task Open()
    {
        File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);
        await BackupTests.RequireClientsAsync();
        var newest = _temporary.CreateSubdirectory("npm");
        _withNpm = (NewestPostgres.DataHome, newest.FullName);
        if (!await NewestPostgres.TryInstallAsync(RunningService.Root.FullName, newest))
        {
            Assert.Ignore("A newer PostgreSQL cannot be had: npm or its registry is missing.");
        }
    }

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task The_database_goes_on_under_the_newest_PostgreSQL_and_the_old_folder_is_kept()
    {
        var data = Folder("whole");
        var before = await FillAsync(data);
        Assert.That(await UpgradeAsync(data), Is.Zero);
        var after = await VersionAsync(data);
        Assert.That(after, Is.GreaterThan(before));
        Assert.That(Directory.EnumerateDirectories(data.FullName).Select(Path.GetFileName), Is.EquivalentTo(["postgres", $"postgres.{before}"]));
        await AssertWholeAsync(data);
        Assert.That(await UpgradeAsync(data), Is.Zero, "nothing is left to do");
        Assert.That(Directory.EnumerateDirectories(data.FullName).Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task An_upgrade_that_was_killed_at_any_step_has_changed_nothing_and_can_be_run_again()
    {
        var data = Folder("killed");
        var before = await FillAsync(data);
        foreach (var step in new[] { "is dumped", "is made", "is restored" })
        {
            await RunningService.KillAtAsync([RunningService.Program, "database", "upgrade", "--data", data.FullName], step, _withNpm);
            Assert.That(await VersionAsync(data), Is.EqualTo(before));
        }

        await using (var old = await RunningService.StartAsync(data))
        {
            Assert.That(await BackupTests.TotalAsync(old), Is.EqualTo(2));
        }

        Assert.That(await UpgradeAsync(data), Is.Zero);
        Assert.That(await VersionAsync(data), Is.GreaterThan(before));
        Assert.That(data.EnumerateFileSystemInfos().Select(entry => entry.Name),
            Is.EquivalentTo(["demo-key", "postgres", $"postgres.{before}", "postgres.start.lock", "postgres.use.lock"]));
        await AssertWholeAsync(data);
    }

    [Test]
    public async Task While_a_process_uses_the_database_it_is_not_upgraded()
    {
        await using var service = await RunningService.StartAsync(Folder("used"));
        Assert.That(await UpgradeAsync(service.Data), Is.EqualTo(1));
        await BackupTests.RecordAsync(service, 1);
    }

    private static async Task<int> FillAsync(DirectoryInfo data)
    {
        await using (var service = await RunningService.StartAsync(data))
        {
            await BackupTests.RecordAsync(service, 2);
        }

        return await VersionAsync(data);
    }

    private async Task AssertWholeAsync(DirectoryInfo data)
    {
        await using var service = await RunningService.StartAsync(data, null, _withNpm);
        await BackupTests.RecordAsync(service, 1);
        Assert.That(await BackupTests.TotalAsync(service), Is.EqualTo(3));
    }

    private static async Task<int> VersionAsync(DirectoryInfo data) => (await Cluster.ReadVersionAsync(Cluster.FolderIn(data.FullName), default))!.Value;

    private async Task<int> UpgradeAsync(DirectoryInfo data) =>
        (await RunningService.ToolAsync([RunningService.Program, "database", "upgrade", "--data", data.FullName], _withNpm)).Status;

    private DirectoryInfo Folder(string name) => new(Path.Combine(_temporary.FullName, name));
}
