using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A folder of databases and the server that runs on it. Whoever changes anything here holds the start lock.</summary>
internal sealed class Cluster
{
    public const string DatabaseName = "flownally";

    /// <summary>A database that is always there, from which others are made, renamed and dropped.</summary>
    public const string Maintenance = "postgres";

    private const string User = "flownally";
    private const string Refuge = "/var/lib/flownally";
    private const string VersionFile = "PG_VERSION"; // as initdb writes it
    private const string SettingsFile = "flownally.conf";

    /// <summary>
    /// Pages that the server keeps itself: an eighth of the memory that this process may use. PostgreSQL's documentation advises a quarter
    /// for a server that has its machine to itself (§ 20.4.1).
    /// </summary>
    private static readonly long SharedMegabytes = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 / 1024 / 1024, 128, 2048);

    /// <summary>Children of a killed server hold its memory for a moment, during which no new one can start.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly string _folder;
    private readonly ServerAccount _account;
    private readonly PostgresBinaries _binaries;

    private Cluster(string folder, ServerAccount account, PostgresBinaries binaries) =>
        (_folder, _account, _binaries) = (folder, account, binaries);

    /// <summary>Where it lies: beside it is room for what is to take its place.</summary>
    public string Folder => _folder;

    public ServerAccount Account => _account;

    public int MajorVersion => _binaries.MajorVersion;

    /// <summary>
    /// The database, over the server's socket. The socket lies in a short folder of its own, because its path may have
    /// 107 bytes at most (man 7 unix), and in one that only the account can enter, because the socket asks for no password.
    /// </summary>
    public string ConnectionString => ConnectionTo(DatabaseName, pooling: true);

    /// <summary>What PostgreSQL's client programs need to know.</summary>
    public IEnumerable<string> ClientOptions => ["--host", SocketFolder, "--port", "5432", "--username", User, "--no-password"];

    private string SocketFolder { get; set; } = "";

    private string PidFile => Path.Combine(_folder, "postmaster.pid");

    private string LogFile => Path.Combine(_folder, "server.log");

    /// <summary>Where the cluster of a data folder lies, or would lie.</summary>
    public static string FolderIn(string data)
    {
        var place = PlaceIn(data);
        return new DirectoryInfo(place).LinkTarget ?? place;
    }

    /// <summary>A folder, or a link to where the cluster lies.</summary>
    public static string PlaceIn(string data) => Path.Combine(data, "postgres");

    /// <exception cref="UnauthorizedAccessException">The account of this process may not look.</exception>
    public static bool IsOneIn(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, VersionFile).Any();

    /// <returns>The version of PostgreSQL that made the cluster of a folder; null where there is none.</returns>
    public static async Task<int?> ReadVersionAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, VersionFile);
        return File.Exists(file) ? int.Parse((await File.ReadAllTextAsync(file, cancellationToken)).Trim(), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>A cluster that need not be there yet.</summary>
    public static Cluster At(string folder, ServerAccount account, PostgresBinaries binaries) => new(folder, account, binaries);

    /// <summary>Opens the cluster of a data folder, making it on the first start.</summary>
    public static async Task<Cluster> OpenAsync(string data, Action<string> say, CancellationToken cancellationToken)
    {
        var place = PlaceIn(data);
        EmbeddedUpgrade.FinishSwitch(FolderIn(data));
        var account = await ServerAccount.OfAsync(place, cancellationToken);
        if (!Directory.Exists(place) && !await account.CanEnterAsync(data, cancellationToken))
        {
            place = await TakeRefugeAsync(data, place, cancellationToken);
            account = await ServerAccount.OfAsync(place, cancellationToken);
            say($"The database lies in {place}, because the account {account.Name} cannot enter {data}.");
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

    /// <summary>
    /// Whether the server process lives. A server that was killed leaves its file behind, and its number may belong to another process now.
    /// What cannot be found out, such as in a process that has too many open files, counts as alive: a second server on the folder, or the
    /// loss of <c>postmaster.pid</c>, would end the one that works.
    /// </summary>
    public bool IsAlive()
    {
        try
        {
            return int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) && IsServer(pid);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Starts the server, or finds that it runs, and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        SocketFolder = await PrepareSocketFolderAsync(cancellationToken);
        if (!IsAlive())
        {
            await StartProcessAsync(cancellationToken);
        }

        await WaitForAnswerAsync(cancellationToken);
        await EnsureDatabaseAsync(cancellationToken);
    }

    public async Task StopAsync()
    {
        if (IsAlive())
        {
            await Tool.RequireAsync(_account.Command(_binaries.PgCtl, "stop", "-D", _folder, "-m", "fast", "-w", "-t", "60"), CancellationToken.None);
        }

        if (Directory.Exists(SocketFolder))
        {
            Directory.Delete(SocketFolder, recursive: true);
        }
    }

    /// <summary>Stops the server, if it runs, and deletes all.</summary>
    public async Task DiscardAsync()
    {
        await StopAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Makes the cluster beside its place and moves it there when it is whole.</summary>
    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        var half = _folder + ".new";
        if (Directory.Exists(half))
        {
            Directory.Delete(half, recursive: true); // left by an attempt that was killed
        }

        await _account.MakeFolderAsync(half, cancellationToken);
        await Tool.RequireAsync(_account.Command(_binaries.Initdb, "-D", half, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C",
            "--data-checksums", "--no-instructions"), cancellationToken);
        await File.AppendAllTextAsync(Path.Combine(half, "postgresql.conf"), $"include_if_exists = '{SettingsFile}'\n", cancellationToken);
        if (Directory.Exists(_folder) && !Directory.EnumerateFileSystemEntries(_folder).Any())
        {
            Directory.Delete(_folder);
        }

        Directory.Move(half, _folder);
    }

    /// <summary>Runs statements; several of them as one transaction, unless one of them forbids it.</summary>
    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(database));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T> AskAsync<T>(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(database));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A session that is not pooled ends with its user, so that its database can be renamed or dropped.</summary>
    public string ConnectionTo(string database, bool pooling = false) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketFolder,
        Username = User,
        Database = database,
        Pooling = pooling,
    }.ConnectionString;

    /// <exception cref="IOException">It cannot be found out.</exception>
    private bool IsServer(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            if (!Directory.Exists("/proc/self"))
            {
                return process.ProcessName == "postgres";
            }
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return false; // there is no such process, or it has ended just now
        }

        try
        {
            return new DirectoryInfo($"/proc/{pid}/cwd").ResolveLinkTarget(returnFinalTarget: false)?.FullName == _folder;
        }
        catch (UnauthorizedAccessException)
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim() == "postgres"; // root in a container may not see the folder of another account's process
        }
    }

    /// <summary>The path without links, as the kernel tells it of a process.</summary>
    private static Task<string> FindRealPathAsync(string path, CancellationToken cancellationToken) =>
        OperatingSystem.IsLinux() ? Tool.RequireAsync(["readlink", "-f", path], cancellationToken) : Task.FromResult(path);

    /// <summary>A place that the account can enter; the data folder keeps a link to it.</summary>
    private static async Task<string> TakeRefugeAsync(string data, string link, CancellationToken cancellationToken)
    {
        await Tool.RequireAsync(["install", "-d", "-m", "755", Refuge], cancellationToken);
        var refuge = Path.Combine(Refuge, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data)))[..16]);
        File.Delete(link); // one that points nowhere
        File.CreateSymbolicLink(link, refuge);
        return refuge;
    }

    /// <summary>The folder of the last start, which other processes may be using, or a new one; and the settings that name it.</summary>
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
        await _account.MakeFolderAsync(folder, cancellationToken);
        await File.WriteAllTextAsync(settings, $"""
            # Written anew by flownally; own settings belong into postgresql.conf, below its include.
            {Setting}{folder}'
            listen_addresses = ''
            max_connections = 200
            shared_buffers = '{SharedMegabytes}MB'
            # A segment that is recycled, not zeroed anew, keeps the slowest commits short.
            wal_init_zero = off
            min_wal_size = '1GB'
            max_wal_size = '4GB'
            # A forgotten prepared transaction would hold back the feed.
            max_prepared_transactions = 0
            jit = off

            """, cancellationToken);
        return folder;
    }

    private async Task StartProcessAsync(CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (IsAlive())
            {
                return; // it only takes longer than pg_ctl waits
            }

            File.Delete(PidFile); // of a server that is no more

            // pg_ctl puts the server into a session of its own: a Ctrl-C at the terminal is for us, who stop the server last.
            var start = _account.Command(_binaries.PgCtl, "start", "-D", _folder, "-l", LogFile, "-w", "-t", "60");
            var started = await Tool.RunAsync(start, CancellationToken.None);
            if (started.Succeeded)
            {
                return;
            }

            if (TimeProvider.System.GetElapsedTime(since) > StartPatience)
            {
                throw new EmbeddedServerException($"PostgreSQL does not start. Its log, {LogFile}, ends with:\n{LastLogLines()}");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private string LastLogLines() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(5)) : "(nothing)";

    /// <summary>A server that was found may be on its way up, or down.</summary>
    private async Task WaitForAnswerAsync(CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionTo(Maintenance));
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception)
            {
                if (TimeProvider.System.GetElapsedTime(since) > StartPatience)
                {
                    throw new EmbeddedServerException($"PostgreSQL runs on {_folder} but does not answer: {exception.Message}");
                }
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            if (!IsAlive())
            {
                await StartProcessAsync(cancellationToken);
            }
        }
    }

    private async Task EnsureDatabaseAsync(CancellationToken cancellationToken)
    {
        if (!await AskAsync<bool>(Maintenance, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'flownally')", cancellationToken))
        {
            await ExecuteAsync(Maintenance, "CREATE DATABASE flownally", cancellationToken);
        }
    }
}
