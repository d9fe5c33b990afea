using System.Formats.Tar;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// A backup of an embedded database: a tar archive of a dump and of the small files in the data folder, such as the demo's key.
/// </summary>
public static class EmbeddedBackup
{
    private const string DumpEntry = "flownally.dump";
    private const string FilesFolder = "files/";
    private const string ServerFilesPrefix = "postgres";

    /// <summary>The database that a backup is restored into. It then replaces the present one.</summary>
    private const string RestoredDatabase = "flownally_restored";

    /// <summary>The name of the replaced database until it is dropped.</summary>
    private const string ReplacedDatabase = "flownally_replaced";

    /// <summary>Keys and settings are small. This limit keeps backups in the data folder out of a new backup.</summary>
    private const long MaxFileBytes = 16 * 1024;

    private const string HasTenants = "SELECT to_regclass('public.tenants') IS NOT NULL";

    private const string CountTenants = "SELECT count(*) FROM tenants";

    /// <summary>A command is one transaction, so both renames happen or none. Sessions of a killed process may still exist.</summary>
    private const string Swap = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('flownally', 'flownally_restored');
        ALTER DATABASE flownally RENAME TO flownally_replaced;
        ALTER DATABASE flownally_restored RENAME TO flownally
        """;

    /// <summary>Writes a backup while the service may run. An incomplete archive never has the file's name.</summary>
    /// <param name="report">Receives progress messages.</param>
    /// <returns>The size in bytes.</returns>
    /// <exception cref="EmbeddedServerMissingException">The data folder contains no database.</exception>
    /// <exception cref="EmbeddedServerException">pg_dump is missing.</exception>
    /// <exception cref="InvalidDataException">The file exists and is not a backup, or not a regular file.</exception>
    public static async Task<long> WriteAsync(string data, string file, Action<string> report, CancellationToken cancellationToken)
    {
        data = Path.GetFullPath(data);
        EmbeddedServer.RequireIn(data);
        file = new FileInfo(file).LinkTarget is null ? file : File.ResolveLinkTarget(file, returnFinalTarget: true)!.FullName;
        if (File.Exists(file) && !await IsBackupAsync(file, cancellationToken))
        {
            throw new InvalidDataException($"{file} exists and is not a backup, so it is not replaced.");
        }

        var (unfinished, dump) = (file + ".part", file + ".dump.part");
        try
        {
            await using (var server = await EmbeddedServer.StartAsync(data, report, cancellationToken))
            {
                var clients = await PostgresClients.FindAsync(server.Cluster.MajorVersion, cancellationToken);
                report("Dumping the database.");
                await new DatabaseDump(clients, dump, report).WriteAsync(server.Cluster, cancellationToken);
            }

            report("Writing the archive.");
            await PackAsync(data, unfinished, dump, cancellationToken);
            File.Move(unfinished, file, overwrite: true);
            return new FileInfo(file).Length;
        }
        finally
        {
            File.Delete(dump);
            File.Delete(unfinished);
        }
    }

    /// <summary>
    /// Restores a backup into a new database, which then replaces the present one. It can be stopped at any time and run again.
    /// </summary>
    /// <param name="force">True replaces a database that contains tenants.</param>
    /// <param name="report">Receives progress messages.</param>
    /// <exception cref="EmbeddedServerException">The database contains tenants, a process uses it, or pg_restore is missing or
    /// fails.</exception>
    /// <exception cref="InvalidDataException">The file is not a backup.</exception>
    public static async Task RestoreAsync(string data, string file, bool force, Action<string> report, CancellationToken cancellationToken)
    {
        data = Path.GetFullPath(data);
        if (!await IsBackupAsync(file, cancellationToken)) // before a database is created for the file
        {
            throw NotABackup(file);
        }

        var isEmpty = !EmbeddedUpgrade.ExistsIn(Cluster.FolderIn(data));
        Directory.CreateDirectory(data);
        using var exclusiveUse = await ExclusiveUse.TakeAsync(data, cancellationToken);
        var cluster = await Cluster.OpenAsync(data, report, cancellationToken);
        var clients = await PostgresClients.FindAsync(cluster.MajorVersion, cancellationToken);
        var dump = DumpIn(data);
        try
        {
            await cluster.StartAsync(cancellationToken);
            await RefuseTenantsAsync(cluster, force, cancellationToken);
            var files = await UnpackAsync(file, dump, cancellationToken);
            report("Restoring the backup.");
            await DropAsync(cluster, RestoredDatabase, cancellationToken);
            await DropAsync(cluster, ReplacedDatabase, cancellationToken);
            await cluster.ExecuteAsync(Cluster.MaintenanceDatabase, "CREATE DATABASE flownally_restored", cancellationToken);
            try
            {
                await new DatabaseDump(clients, dump, report).RestoreAsync(cluster, RestoredDatabase, cancellationToken);
            }
            catch (EmbeddedServerException) // the dump is damaged, or the disk is full
            {
                await DropAsync(cluster, RestoredDatabase, cancellationToken);
                throw;
            }

            await cluster.ExecuteAsync(Cluster.MaintenanceDatabase, Swap, cancellationToken);
            foreach (var (name, content, mode) in files)
            {
                await ReplaceAsync(Path.Combine(data, name), content, mode);
            }

            await DropAsync(cluster, ReplacedDatabase, cancellationToken);
            isEmpty = false;
        }
        finally
        {
            await cluster.StopAsync();
            File.Delete(dump);
            if (isEmpty)
            {
                RemoveCluster(data); // else the next start of the service would use an empty database
            }
        }
    }

    private static void RemoveCluster(string data)
    {
        var path = new DirectoryInfo(Cluster.PathIn(data));
        Directory.Delete(Cluster.FolderIn(data), recursive: true);
        if (path.LinkTarget is not null)
        {
            path.Delete();
        }
    }

    /// <summary>The path of a temporary dump. The user of this process reads and writes it, which is not the server's account.</summary>
    internal static string DumpIn(string data) => Path.Combine(data, "postgres.dump");

    private static async Task PackAsync(string data, string archive, string dump, CancellationToken cancellationToken)
    {
        File.Delete(archive);
        await using var stream = new FileStream(archive, PrivateFile.Options);
        await using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            await tar.WriteEntryAsync(dump, DumpEntry, cancellationToken);
            var files = new DirectoryInfo(data).EnumerateFiles();
            foreach (var file in files.Where(file => IsUserFile(file.Name) && file.Length <= MaxFileBytes))
            {
                await tar.WriteEntryAsync(file.FullName, FilesFolder + file.Name, cancellationToken);
            }
        }

        stream.Flush(flushToDisk: true);
    }

    /// <returns>The files in the archive except the dump.</returns>
    private static async Task<IReadOnlyList<(string Name, byte[] Content, UnixFileMode Mode)>> UnpackAsync(
        string archive, string dump, CancellationToken cancellationToken)
    {
        List<(string, byte[], UnixFileMode)> files = [];
        await using var stream = File.OpenRead(archive);
        await using var tar = new TarReader(stream);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.Name == DumpEntry)
            {
                File.Delete(dump);
                await using var target = new FileStream(dump, PrivateFile.Options);
                await (entry.DataStream ?? Stream.Null).CopyToAsync(target, cancellationToken);
            }
            else if (entry.Name.StartsWith(FilesFolder, StringComparison.Ordinal)
                && entry.Name[FilesFolder.Length..] is var name && IsUserFile(name) && entry.Length <= MaxFileBytes)
            {
                using var content = new MemoryStream();
                await (entry.DataStream ?? Stream.Null).CopyToAsync(content, cancellationToken);
                files.Add((name, content.ToArray(), entry.Mode));
            }
        }

        return files;
    }

    /// <summary>Reads only the names and lengths of the entries, because a dump can be large.</summary>
    private static async Task<bool> IsBackupAsync(string archive, CancellationToken cancellationToken)
    {
        if (new FileInfo(archive).Length == 0) // also of a device and a pipe, which must not be opened
        {
            return false;
        }

        var hasDump = false;
        await using var stream = File.OpenRead(archive);
        await using var tar = new TarReader(stream);
        try
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                hasDump |= entry.Name == DumpEntry && entry.DataOffset + entry.Length <= stream.Length;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            return false;
        }

        return hasDump;
    }

    private static InvalidDataException NotABackup(string archive) =>
        new($"{archive} is not a backup that `flownally backup` has written, or it is incomplete.");

    /// <summary>Whether a name is that of a file directly in the data folder, and not a lock or folder of the server.</summary>
    private static bool IsUserFile(string name) => name.Length > 0 && name == Path.GetFileName(name)
        && !name.StartsWith(ServerFilesPrefix, StringComparison.Ordinal) && name is not ("." or "..");

    private static async Task RefuseTenantsAsync(Cluster cluster, bool force, CancellationToken cancellationToken)
    {
        if (!force && await cluster.QueryAsync<bool>(Cluster.DatabaseName, HasTenants, cancellationToken)
            && await cluster.QueryAsync<long>(Cluster.DatabaseName, CountTenants, cancellationToken) is > 0 and var tenants)
        {
            var contents = tenants == 1 ? "a tenant" : $"{tenants} tenants";
            throw new EmbeddedServerException($"The database contains {contents}; --force replaces it with the backup.");
        }
    }

    private static Task DropAsync(Cluster cluster, string database, CancellationToken cancellationToken) =>
        cluster.ExecuteAsync(Cluster.MaintenanceDatabase, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)", cancellationToken);

    private static async Task ReplaceAsync(string path, byte[] content, UnixFileMode mode)
    {
        var unfinished = path + ".part";
        File.Delete(unfinished);
        await using (var stream = new FileStream(unfinished, PrivateFile.Options))
        {
            await stream.WriteAsync(content);
        }

        File.SetUnixFileMode(unfinished, mode);
        File.Move(unfinished, path, overwrite: true);
    }
}
