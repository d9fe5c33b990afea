namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// Brings an embedded database to the newest PostgreSQL on this machine: it is dumped, restored into a new folder beside it, and the
/// folders change places. Until then nothing of the old folder changes, so that it can be broken off anywhere and run again.
/// </summary>
public static class EmbeddedUpgrade
{
    private const string Half = ".upgrading";
    private const string Whole = ".upgraded";

    /// <param name="say">Is told what goes on.</param>
    /// <exception cref="EmbeddedServerMissingException">There is no database.</exception>
    /// <exception cref="EmbeddedServerException">A process uses it, or a program is missing.</exception>
    public static async Task<UpgradeOutcome> RunAsync(string data, Action<string> say, CancellationToken cancellationToken)
    {
        data = Path.GetFullPath(data);
        var folder = Cluster.FolderIn(data);
        EmbeddedServer.RequireIn(data);
        using var use = await ExclusiveUse.TakeAsync(data, cancellationToken);
        FinishSwitch(folder);
        var version = await Cluster.ReadVersionAsync(folder, cancellationToken);
        var newest = await PostgresBinaries.FindAsync(null, await ServerAccount.OfAsync(folder, cancellationToken), cancellationToken);
        if (version == newest.MajorVersion)
        {
            return new UpgradeOutcome(newest.MajorVersion, newest.MajorVersion, null);
        }

        var old = await Cluster.OpenAsync(data, say, cancellationToken);
        folder = old.Folder;
        var clients = await PostgresClients.FindAsync(old.MajorVersion, cancellationToken);
        if (!await PostgresClients.ExistAsync(newest.MajorVersion, cancellationToken))
        {
            say($"Later backups will need pg_dump of version {newest.MajorVersion} or newer, which is not installed.");
        }

        var half = Cluster.At(folder + Half, old.Account, newest);
        var dump = EmbeddedBackup.DumpIn(data);
        try
        {
            await MakeAsync(old, half, new DatabaseDump(clients, dump, say), say, cancellationToken);
        }
        finally
        {
            File.Delete(dump);
        }

        if (Directory.Exists(folder + Whole))
        {
            Directory.Delete(folder + Whole, recursive: true); // of an attempt that was killed right before the switch
        }

        Directory.Move(half.Folder, folder + Whole);
        var kept = KeptName(folder, old.MajorVersion);
        Directory.Move(folder, kept);
        FinishSwitch(folder);
        return new UpgradeOutcome(old.MajorVersion, newest.MajorVersion, kept);
    }

    /// <summary>Whether there is a database, also one whose switch was broken off.</summary>
    internal static bool IsOneIn(string folder) => Cluster.IsOneIn(folder) || Cluster.IsOneIn(folder + Whole);

    /// <summary>
    /// Puts a new folder that is whole into the place of one that was taken away. Two renames make the switch, and a process can end
    /// between them; then the next start does the second. The caller holds the start lock.
    /// </summary>
    internal static void FinishSwitch(string folder)
    {
        if (!Directory.Exists(folder) && Directory.Exists(folder + Whole))
        {
            Directory.Move(folder + Whole, folder);
        }
    }

    private static async Task MakeAsync(Cluster old, Cluster half, DatabaseDump dump, Action<string> say, CancellationToken cancellationToken)
    {
        await half.DiscardAsync();
        try
        {
            say($"The database of PostgreSQL {old.MajorVersion} is dumped.");
            await old.StartAsync(cancellationToken);
            try
            {
                await dump.WriteAsync(old, cancellationToken);
            }
            finally
            {
                await old.StopAsync();
            }

            say($"A folder of PostgreSQL {half.MajorVersion} is made.");
            await half.InitializeAsync(cancellationToken);
            await half.StartAsync(cancellationToken);
            say("The dump is restored.");
            await dump.RestoreAsync(half, Cluster.DatabaseName, cancellationToken);
            await half.StopAsync();
        }
        catch
        {
            await half.DiscardAsync();
            throw;
        }
    }

    private static string KeptName(string folder, int version)
    {
        var name = $"{folder}.{version}";
        return Enumerable.Range(2, int.MaxValue - 2).Select(n => $"{name}.{n}").Prepend(name).First(candidate => !Path.Exists(candidate));
    }
}

/// <param name="Kept">Where the old folder lies now; null where there was nothing to do.</param>
public sealed record UpgradeOutcome(int From, int To, string? Kept);
