using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A data folder of PostgreSQL and its server. A caller that changes anything here holds the start lock.</summary>
internal sealed class Cluster
{
    public const string DatabaseName = "flownally";

    /// <summary>A database that always exists. Other databases are created, renamed and dropped from a session in it.</summary>
    public const string MaintenanceDatabase = "postgres";

    private const string User = "flownally";
    private const string FallbackFolder = "/var/lib/flownally";
    private const string VersionFile = "PG_VERSION"; // initdb writes it
    private const string SettingsFile = "flownally.conf";
    private const string HasDatabase = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'flownally')";

    /// <summary>
    /// The setting <c>shared_buffers</c>: an eighth of the memory that this process may use. PostgreSQL's documentation advises a quarter
    /// for a server alone on its machine (§ 20.4.1).
    /// </summary>
    private static readonly long SharedBufferMegabytes =
        Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 / 1024 / 1024, 128, 2048);

    private readonly string _folder;
    private readonly ServerAccount _account;
    private readonly PostgresBinaries _binaries;
    private readonly ServerProcess _process;

    private Cluster(string folder, ServerAccount account, PostgresBinaries binaries) =>
        (_folder, _account, _binaries, _process) = (folder, account, binaries, new ServerProcess(folder, account, binaries));

    /// <summary>The folder. Its replacement is built beside it.</summary>
    public string Folder => _folder;

    public ServerAccount Account => _account;

    public int MajorVersion => _binaries.MajorVersion;

    /// <summary>
    /// Connects to the database over the server's socket. The socket lies in a folder with a short name, because its path has at most 107
    /// bytes (man 7 unix). Only the account can enter that folder, because the socket asks for no password.
    /// </summary>
    public string ConnectionString => ConnectionTo(DatabaseName, pooling: true);

    /// <summary>The options that connect PostgreSQL's client programs.</summary>
    public IEnumerable<string> ClientOptions => ["--host", SocketFolder, "--port", "5432", "--username", User, "--no-password"];

    private string SocketFolder { get; set; } = "";

    /// <summary>The cluster's folder, which need not exist yet.</summary>
    public static string FolderIn(string data)
    {
        var path = PathIn(data);
        return new DirectoryInfo(path).LinkTarget ?? path;
    }

    /// <summary>The path of the cluster's folder or of a link to that folder.</summary>
    public static string PathIn(string data) => Path.Combine(data, "postgres");

    /// <exception cref="UnauthorizedAccessException">This process may not read the folder.</exception>
    public static bool ExistsIn(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, VersionFile).Any();

    /// <returns>The major version of the PostgreSQL that created the cluster; null if there is none.</returns>
    public static async Task<int?> ReadVersionAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, VersionFile);
        return File.Exists(file)
            ? int.Parse((await File.ReadAllTextAsync(file, cancellationToken)).Trim(), CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>Names a cluster that need not exist yet.</summary>
    public static Cluster At(string folder, ServerAccount account, PostgresBinaries binaries) => new(folder, account, binaries);

    /// <summary>Opens the cluster of a data folder and creates it on the first start.</summary>
    public static async Task<Cluster> OpenAsync(string data, Action<string> report, CancellationToken cancellationToken)
    {
        var path = PathIn(data);
        EmbeddedUpgrade.FinishSwitch(FolderIn(data));
        var account = await ServerAccount.OfAsync(path, cancellationToken);
        if (!Directory.Exists(path) && !await account.CanEnterAsync(data, cancellationToken))
        {
            path = await UseFallbackFolderAsync(data, path, cancellationToken);
            account = await ServerAccount.OfAsync(path, cancellationToken);
            report($"The database lies in {path}, because the account {account.Name} cannot enter {data}.");
        }

        var folder = await FindRealPathAsync(FolderIn(data), cancellationToken);
        var version = await ReadVersionAsync(folder, cancellationToken);
        var cluster = new Cluster(folder, account, await PostgresBinaries.FindAsync(version, account, cancellationToken));
        if (version is null)
        {
            await cluster.InitializeAsync(cancellationToken);
        }

        return cluster;
    }

    /// <summary>Starts the server if it does not run, and waits until it accepts connections.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        SocketFolder = await PrepareSocketFolderAsync(cancellationToken);
        await _process.StartAsync(cancellationToken);
        await WaitUntilReadyAsync(cancellationToken);
        await EnsureDatabaseAsync(cancellationToken);
    }

    /// <inheritdoc cref="ServerProcess.IsAlive"/>
    public bool IsAlive() => _process.IsAlive();

    public async Task StopAsync()
    {
        await _process.StopAsync();
        if (Directory.Exists(SocketFolder))
        {
            Directory.Delete(SocketFolder, recursive: true);
        }
    }

    /// <summary>Stops the server, if it runs, and deletes the folder.</summary>
    public async Task DiscardAsync()
    {
        await StopAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Creates the cluster in another folder and moves it when it is complete.</summary>
    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        var unfinished = _folder + ".new";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true); // left by a killed process
        }

        await _account.CreateFolderAsync(unfinished, cancellationToken);
        await Tool.RequireAsync(_account.Command(_binaries.Initdb, "-D", unfinished, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C",
            "--data-checksums", "--no-instructions"), cancellationToken);
        await File.AppendAllTextAsync(
            Path.Combine(unfinished, "postgresql.conf"), $"include_if_exists = '{SettingsFile}'\n", cancellationToken);
        if (Directory.Exists(_folder) && !Directory.EnumerateFileSystemEntries(_folder).Any())
        {
            Directory.Delete(_folder);
        }

        Directory.Move(unfinished, _folder);
    }

    /// <summary>Runs statements as one transaction, unless a statement cannot run in a transaction.</summary>
    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(database));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T> QueryAsync<T>(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(database));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A session without a pool ends when it is disposed, so that its database can be renamed or dropped.</summary>
    public string ConnectionTo(string database, bool pooling = false) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketFolder,
        Username = User,
        Database = database,
        Pooling = pooling,
    }.ConnectionString;

    /// <summary>The path without links, which the kernel shows for a process.</summary>
    private static Task<string> FindRealPathAsync(string path, CancellationToken cancellationToken) =>
        OperatingSystem.IsLinux() ? Tool.RequireAsync(["readlink", "-f", path], cancellationToken) : Task.FromResult(path);

    /// <summary>Creates a link in the data folder to a folder that the account can enter.</summary>
    private static async Task<string> UseFallbackFolderAsync(string data, string link, CancellationToken cancellationToken)
    {
        await Tool.RequireAsync(["install", "-d", "-m", "755", FallbackFolder], cancellationToken);
        var folder = Path.Combine(FallbackFolder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data)))[..16]);
        File.Delete(link); // a link without a target
        File.CreateSymbolicLink(link, folder);
        return folder;
    }

    /// <summary>
    /// Returns the socket folder of the last start, which other processes may use, or creates one and the settings that name it.
    /// </summary>
    private async Task<string> PrepareSocketFolderAsync(CancellationToken cancellationToken)
    {
        const string Setting = "unix_socket_directories = '";
        var settings = Path.Combine(_folder, SettingsFile);
        var known = File.Exists(settings)
            ? File.ReadLines(settings).FirstOrDefault(line => line.StartsWith(Setting, StringComparison.Ordinal))?[Setting.Length..^1]
            : null;
        if (known is not null && await _account.OwnsAsync(known, cancellationToken))
        {
            return known;
        }

        var folder = $"/tmp/flownally-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        await _account.CreateFolderAsync(folder, cancellationToken);
        await File.WriteAllTextAsync(settings, $"""
            # flownally overwrites this file; put your own settings into postgresql.conf, below its include.
            {Setting}{folder}'
            listen_addresses = ''
            max_connections = 200
            shared_buffers = '{SharedBufferMegabytes}MB'
            # Recycling a segment without zeroing it keeps the p99 of commits low.
            wal_init_zero = off
            min_wal_size = '1GB'
            max_wal_size = '4GB'
            # A forgotten prepared transaction would hold back the feed.
            max_prepared_transactions = 0
            jit = off

            """, cancellationToken);
        return folder;
    }

    /// <summary>A running server may still be starting, or already stopping.</summary>
    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionTo(MaintenanceDatabase));
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception)
            {
                if (TimeProvider.System.GetElapsedTime(since) > ServerProcess.StartTimeout)
                {
                    throw new EmbeddedServerException($"PostgreSQL runs on {_folder} but accepts no connection: {exception.Message}");
                }
            }

            await Task.Delay(ServerProcess.RetryInterval, TimeProvider.System, cancellationToken);
            await _process.StartAsync(cancellationToken);
        }
    }

    private async Task EnsureDatabaseAsync(CancellationToken cancellationToken)
    {
        if (!await QueryAsync<bool>(MaintenanceDatabase, HasDatabase, cancellationToken))
        {
            await ExecuteAsync(MaintenanceDatabase, "CREATE DATABASE flownally", cancellationToken);
        }
    }
}
