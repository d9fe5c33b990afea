using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A folder of databases and the server that runs on it. Whoever changes anything here holds the start lock.</summary>
internal sealed class Cluster
{
    private const string User = "flownally";
    private const string DatabaseName = "flownally";
    private const string Refuge = "/var/lib/flownally";
    private const string SettingsFile = "flownally.conf";

    /// <summary>
    /// Pages that the server keeps itself: an eighth of the memory that this process may use. PostgreSQL's documentation advises a quarter
    /// for a server that has its machine to itself (§ 20.4.1).
    /// </summary>
    private static readonly long SharedMegabytes = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 / 1024 / 1024, 128, 2048);

    /// <summary>
    /// A session keeps up to 16 MB of what its last statement used, instead of giving it back to the kernel and fetching it again page
    /// by page with the next: https://man7.org/linux/man-pages/man3/mallopt.3.html. C libraries other than GNU's pay it no heed.
    /// </summary>
    private static readonly string[] KeepingMemory = ["env", "MALLOC_TRIM_THRESHOLD_=16777216", "MALLOC_MMAP_THRESHOLD_=8388608"];

    /// <summary>Children of a killed server hold its memory for a moment, during which no new one can start.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly string _folder;
    private readonly ServerAccount _account;
    private readonly PostgresBinaries _binaries;

    private Cluster(string folder, ServerAccount account, PostgresBinaries binaries) =>
        (_folder, _account, _binaries) = (folder, account, binaries);

    /// <summary>
    /// The database, over the server's socket. The socket lies in a short folder of its own, because its path may have
    /// 107 bytes at most (man 7 unix), and in one that only the account can enter, because the socket asks for no password.
    /// </summary>
    public string ConnectionString => Connection(DatabaseName);

    private string SocketFolder { get; set; } = "";

    private string PidFile => Path.Combine(_folder, "postmaster.pid");

    private string LogFile => Path.Combine(_folder, "server.log");

    /// <summary>Opens the cluster of a data folder, making it on the first start.</summary>
    public static async Task<Cluster> OpenAsync(string data, Action<string> say, CancellationToken cancellationToken)
    {
        var place = Path.Combine(data, "postgres");
        var account = await ServerAccount.OfAsync(place, cancellationToken);
        if (!Directory.Exists(place) && !await account.CanEnterAsync(data, cancellationToken))
        {
            place = await TakeRefugeAsync(data, place, cancellationToken);
            account = await ServerAccount.OfAsync(place, cancellationToken);
            say($"The database lies in {place}, because the account {account.Name} cannot enter {data}.");
        }

        var version = Path.Combine(place, "PG_VERSION");
        var isNew = !File.Exists(version);
        int? major = isNew ? null : int.Parse((await File.ReadAllTextAsync(version, cancellationToken)).Trim(), CultureInfo.InvariantCulture);
        var cluster = new Cluster(new DirectoryInfo(place).LinkTarget ?? place, account,
            await PostgresBinaries.FindAsync(major, account, cancellationToken));
        if (isNew)
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

    /// <summary>A place that the account can enter; the data folder keeps a link to it.</summary>
    private static async Task<string> TakeRefugeAsync(string data, string link, CancellationToken cancellationToken)
    {
        await Tool.RequireAsync(["install", "-d", "-m", "755", Refuge], cancellationToken);
        var refuge = Path.Combine(Refuge, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data)))[..16]);
        File.Delete(link); // one that points nowhere
        File.CreateSymbolicLink(link, refuge);
        return refuge;
    }

    /// <summary>Makes the cluster beside its place and moves it there when it is whole.</summary>
    private async Task InitializeAsync(CancellationToken cancellationToken)
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
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (IsAlive())
            {
                return; // it only takes longer than pg_ctl waits
            }

            File.Delete(PidFile); // of a server that is no more

            // pg_ctl puts the server into a session of its own: a Ctrl-C at the terminal is for us, who stop the server last.
            var start = _account.Command([.. KeepingMemory, _binaries.PgCtl, "start", "-D", _folder, "-l", LogFile, "-w", "-t", "60"]);
            var started = await Scheduling.PromptlyAsync(() => Tool.RunAsync(start, CancellationToken.None));
            if (started.Succeeded)
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(since) > StartPatience)
            {
                throw new EmbeddedServerException($"PostgreSQL does not start. Its log, {LogFile}, ends with:\n{LastLogLines()}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private string LastLogLines() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(5)) : "(nothing)";

    /// <summary>A server that was found may be on its way up, or down.</summary>
    private async Task WaitForAnswerAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Connection("postgres"));
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception)
            {
                if (Stopwatch.GetElapsedTime(since) > StartPatience)
                {
                    throw new EmbeddedServerException($"PostgreSQL runs on {_folder} but does not answer: {exception.Message}");
                }
            }

            await Task.Delay(Pause, cancellationToken);
            if (!IsAlive())
            {
                await StartProcessAsync(cancellationToken);
            }
        }
    }

    private async Task EnsureDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Connection("postgres"));
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand($"SELECT FROM pg_database WHERE datname = '{DatabaseName}'", connection);
        await using (var reader = await exists.ExecuteReaderAsync(cancellationToken))
        {
            if (reader.HasRows)
            {
                return;
            }
        }

        await using var create = new NpgsqlCommand($"CREATE DATABASE {DatabaseName}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Connection(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketFolder,
        Username = User,
        Database = database,
        Pooling = database == DatabaseName,
    }.ConnectionString;
}
