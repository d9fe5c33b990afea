using System.Formats.Tar;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// A backup of an embedded database: a tar archive of a dump and of the small files of the data folder, such as the demo's key.
/// </summary>
public static class EmbeddedBackup
{
    private const string DumpEntry = "flownally.dump";
    private const string FilesFolder = "files/";
    private const string OfServer = "postgres";

    /// <summary>The database that is filled, until it takes the place of the other one.</summary>
    private const string Fresh = "flownally_restored";

    /// <summary>The other one, until it is dropped.</summary>
    private const string Replaced = "flownally_replaced";

    /// <summary>Keys and settings are small. A larger file is none, and a backup that lies in the data folder is larger.</summary>
    private const long MaxFileBytes = 16 * 1024;

    private const string HasTenants = "SELECT to_regclass('public.tenants') IS NOT NULL";

    private const string CountTenants = "SELECT count(*) FROM tenants";

    /// <summary>Both renames or none: a command is one transaction. Sessions of a process that was killed may still be there.</summary>
    private const string Swap = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('flownally', 'flownally_restored');
        ALTER DATABASE flownally RENAME TO flownally_replaced;
        ALTER DATABASE flownally_restored RENAME TO flownally
        """;

    /// <summary>Writes a backup; the service may run meanwhile. What is not whole never has the file's name.</summary>
    /// <param name="say">Is told what goes on.</param>
    /// <returns>The size in bytes.</returns>
    /// <exception cref="EmbeddedServerMissingException">There is no database.</exception>
    /// <exception cref="EmbeddedServerException">pg_dump is missing.</exception>
    /// <exception cref="InvalidDataException">The file exists, and is no backup or no regular file.</exception>
    public static async Task<long> WriteAsync(string data, string file, Action<string> say, CancellationToken cancellationToken)
    {
        data = Path.GetFullPath(data);
        EmbeddedServer.RequireIn(data);
        file = new FileInfo(file).LinkTarget is null ? file : File.ResolveLinkTarget(file, returnFinalTarget: true)!.FullName;
        if (File.Exists(file) && !await IsBackupAsync(file, cancellationToken))
        {
            throw new InvalidDataException($"{file} exists and is no backup, so it is not replaced.");
        }

        var (half, dump) = (file + ".part", file + ".dump.part");
        try
        {
            await using (var server = await EmbeddedServer.StartAsync(data, say, cancellationToken))
            {
                var clients = await PostgresClients.FindAsync(server.Cluster.MajorVersion, cancellationToken);
                say("Dumping the database.");
                await new DatabaseDump(clients, dump, say).WriteAsync(server.Cluster, cancellationToken);
            }

            say("Writing the archive.");
            await PackAsync(data, half, dump, cancellationToken);
            File.Move(half, file, overwrite: true);
            return new FileInfo(file).Length;
        }
        finally
        {
            File.Delete(dump);
            File.Delete(half);
        }
    }

    /// <summary>
    /// Fills a database of its own with a backup, which takes the place of the one there is when it is whole. It can be broken off
    /// anywhere and run again.
    /// </summary>
    /// <param name="force">True replaces a database that holds tenants.</param>
    /// <param name="say">Is told what goes on.</param>
    /// <exception cref="EmbeddedServerException">The database holds tenants, a process uses it, or pg_restore is missing or fails.</exception>
    /// <exception cref="InvalidDataException">The file is no backup.</exception>
    public static async Task RestoreAsync(string data, string file, bool force, Action<string> say, CancellationToken cancellationToken)
    {
        data = Path.GetFullPath(data);
        if (!await IsBackupAsync(file, cancellationToken)) // before a database is made for it
        {
            throw NoBackup(file);
        }

        var isEmpty = !EmbeddedUpgrade.IsOneIn(Cluster.FolderIn(data));
        Directory.CreateDirectory(data);
        using var use = await ExclusiveUse.TakeAsync(data, cancellationToken);
        var cluster = await Cluster.OpenAsync(data, say, cancellationToken);
        var clients = await PostgresClients.FindAsync(cluster.MajorVersion, cancellationToken);
        var dump = DumpIn(data);
        try
        {
            await cluster.StartAsync(cancellationToken);
            await RefuseTenantsAsync(cluster, force, cancellationToken);
            var files = await UnpackAsync(file, dump, cancellationToken);
            say("Restoring the backup.");
            await DropAsync(cluster, Fresh, cancellationToken);
            await DropAsync(cluster, Replaced, cancellationToken);
            await cluster.ExecuteAsync(Cluster.Maintenance, "CREATE DATABASE flownally_restored", cancellationToken);
            try
            {
                await new DatabaseDump(clients, dump, say).RestoreAsync(cluster, Fresh, cancellationToken);
            }
            catch (EmbeddedServerException) // the dump is damaged, or the disk is full
            {
                await DropAsync(cluster, Fresh, cancellationToken);
                throw;
            }

            await cluster.ExecuteAsync(Cluster.Maintenance, Swap, cancellationToken);
            foreach (var (name, content, mode) in files)
            {
                await ReplaceAsync(Path.Combine(data, name), content, mode);
            }

            await DropAsync(cluster, Replaced, cancellationToken);
            isEmpty = false;
        }
        finally
        {
            await cluster.StopAsync();
            File.Delete(dump);
            if (isEmpty)
            {
                RemoveCluster(data); // a service that is started now must not begin with an empty database
            }
        }
    }

    private static void RemoveCluster(string data)
    {
        var place = new DirectoryInfo(Cluster.PlaceIn(data));
        Directory.Delete(Cluster.FolderIn(data), recursive: true);
        if (place.LinkTarget is not null)
        {
            place.Delete();
        }
    }

    /// <summary>Where a dump lies that is not kept: where the programs run that read and write it, which is not the server's account.</summary>
    internal static string DumpIn(string data) => Path.Combine(data, "postgres.dump");

    private static async Task PackAsync(string data, string archive, string dump, CancellationToken cancellationToken)
    {
        File.Delete(archive);
        await using var stream = new FileStream(archive, PrivateFile.Options);
        await using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            await tar.WriteEntryAsync(dump, DumpEntry, cancellationToken);
            foreach (var file in new DirectoryInfo(data).EnumerateFiles().Where(file => IsOfPerson(file.Name) && file.Length <= MaxFileBytes))
            {
                await tar.WriteEntryAsync(file.FullName, FilesFolder + file.Name, cancellationToken);
            }
        }

        stream.Flush(flushToDisk: true);
    }

    /// <returns>The files besides the dump.</returns>
    private static async Task<IReadOnlyList<(string Name, byte[] Content, UnixFileMode Mode)>> UnpackAsync(string archive, string dump, CancellationToken cancellationToken)
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
            else if (entry.Name.StartsWith(FilesFolder, StringComparison.Ordinal) && entry.Name[FilesFolder.Length..] is var name && IsOfPerson(name) && entry.Length <= MaxFileBytes)
            {
                using var content = new MemoryStream();
                await (entry.DataStream ?? Stream.Null).CopyToAsync(content, cancellationToken);
                files.Add((name, content.ToArray(), entry.Mode));
            }
        }

        return files;
    }

    /// <summary>Looks at the names and lengths of the entries only: a dump can be large.</summary>
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

    private static InvalidDataException NoBackup(string archive) => new($"{archive} is no backup that `flownally backup` has written, or not all of one.");

    /// <summary>Whether a name is that of a file in the data folder itself, and no lock or folder of the server.</summary>
    private static bool IsOfPerson(string name) => name.Length > 0 && name == Path.GetFileName(name) && !name.StartsWith(OfServer, StringComparison.Ordinal) && name is not ("." or "..");

    private static async Task RefuseTenantsAsync(Cluster cluster, bool force, CancellationToken cancellationToken)
    {
        if (!force && await cluster.AskAsync<bool>(Cluster.DatabaseName, HasTenants, cancellationToken)
            && await cluster.AskAsync<long>(Cluster.DatabaseName, CountTenants, cancellationToken) is > 0 and var tenants)
        {
            var held = tenants == 1 ? "a tenant" : $"{tenants} tenants";
            throw new EmbeddedServerException($"The database holds {held}; --force replaces it with the backup.");
        }
    }

    private static Task DropAsync(Cluster cluster, string database, CancellationToken cancellationToken) =>
        cluster.ExecuteAsync(Cluster.Maintenance, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)", cancellationToken);

    private static async Task ReplaceAsync(string path, byte[] content, UnixFileMode mode)
    {
        var half = path + ".part";
        File.Delete(half);
        await using (var stream = new FileStream(half, PrivateFile.Options))
        {
            await stream.WriteAsync(content);
        }

        File.SetUnixFileMode(half, mode);
        File.Move(half, path, overwrite: true);
    }
}
