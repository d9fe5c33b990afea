namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// Upgrades an embedded database to the newest PostgreSQL on this machine. The database is dumped and restored into a new folder, which
/// then replaces the old one. The old folder does not change before that, so the upgrade can be stopped at any time and run again.
/// </summary>
public static class EmbeddedUpgrade
{
    private const string UnfinishedSuffix = ".upgrading";
    private const string FinishedSuffix = ".upgraded";

    /// <param name="report">Receives progress messages.</param>
    /// <exception cref="EmbeddedServerMissingException">The data folder contains no database.</exception>
    /// <exception cref="EmbeddedServerException">A process uses the database, or a program is missing.</exception>
    public static async Task<UpgradeOutcome> RunAsync(string data, Action<string> report, CancellationToken cancellationToken)
    {
        data = Path.GetFullPath(data);
        var folder = Cluster.FolderIn(data);
        EmbeddedServer.RequireIn(data);
        using var exclusiveUse = await ExclusiveUse.TakeAsync(data, cancellationToken);
        FinishSwitch(folder);
        var version = await Cluster.ReadVersionAsync(folder, cancellationToken);
        var newest = await PostgresBinaries.FindAsync(null, await ServerAccount.OfAsync(folder, cancellationToken), cancellationToken);
        if (version == newest.MajorVersion)
        {
            return new UpgradeOutcome(newest.MajorVersion, newest.MajorVersion, null);
        }

        var old = await Cluster.OpenAsync(data, report, cancellationToken);
        folder = old.Folder;
        var clients = await PostgresClients.FindAsync(old.MajorVersion, cancellationToken);
        if (!await PostgresClients.ExistAsync(newest.MajorVersion, cancellationToken))
        {
            report($"Backups after this upgrade need pg_dump of version {newest.MajorVersion} or newer, which is not installed.");
        }

        var unfinished = Cluster.At(folder + UnfinishedSuffix, old.Account, newest);
        var dump = EmbeddedBackup.DumpIn(data);
        try
        {
            await RestoreIntoAsync(old, unfinished, new DatabaseDump(clients, dump, report), report, cancellationToken);
        }
        finally
        {
            File.Delete(dump);
        }

        if (Directory.Exists(folder + FinishedSuffix))
        {
            Directory.Delete(folder + FinishedSuffix, recursive: true); // left by a process that was killed before the switch
        }

        Directory.Move(unfinished.Folder, folder + FinishedSuffix);
        var oldFolder = OldFolderName(folder, old.MajorVersion);
        Directory.Move(folder, oldFolder);
        FinishSwitch(folder);
        return new UpgradeOutcome(old.MajorVersion, newest.MajorVersion, oldFolder);
    }

    /// <summary>Whether the folder contains a database, also one whose switch was interrupted.</summary>
    internal static bool ExistsIn(string folder) => Cluster.ExistsIn(folder) || Cluster.ExistsIn(folder + FinishedSuffix);

    /// <summary>
    /// Moves a finished new folder to the path of the old one. The switch consists of two renames. If a process ends between them, the next
    /// start does the second. The caller holds the start lock.
    /// </summary>
    internal static void FinishSwitch(string folder)
    {
        if (!Directory.Exists(folder) && Directory.Exists(folder + FinishedSuffix))
        {
            Directory.Move(folder + FinishedSuffix, folder);
        }
    }

    private static async Task RestoreIntoAsync(
        Cluster old, Cluster unfinished, DatabaseDump dump, Action<string> report, CancellationToken cancellationToken)
    {
        await unfinished.DiscardAsync();
        try
        {
            report($"The database of PostgreSQL {old.MajorVersion} is dumped.");
            await old.StartAsync(cancellationToken);
            try
            {
                await dump.WriteAsync(old, cancellationToken);
            }
            finally
            {
                await old.StopAsync();
            }

            report($"A folder of PostgreSQL {unfinished.MajorVersion} is made.");
            await unfinished.InitializeAsync(cancellationToken);
            await unfinished.StartAsync(cancellationToken);
            report("The dump is restored.");
            await dump.RestoreAsync(unfinished, Cluster.DatabaseName, cancellationToken);
            await unfinished.StopAsync();
        }
        catch
        {
            await unfinished.DiscardAsync();
            throw;
        }
    }

    private static string OldFolderName(string folder, int version)
    {
        var name = $"{folder}.{version}";
        return Enumerable.Range(2, int.MaxValue - 2).Select(n => $"{name}.{n}").Prepend(name).First(candidate => !Path.Exists(candidate));
    }
}

/// <param name="OldFolder">The new path of the old folder; null if no upgrade was necessary.</param>
public sealed record UpgradeOutcome(int From, int To, string? OldFolder);
