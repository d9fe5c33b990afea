using System.Data;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dapper;
using Flownally.Infrastructure.EmbeddedPostgres;
using Npgsql;
using ServerTool = Flownally.Infrastructure.EmbeddedPostgres.Tool;

namespace Flownally.Load.Failover;

/// <summary>A PostgreSQL server in a folder and on a port of its own. It can be a primary, a standby, killed, paused, copied and rewound.</summary>
/// <param name="folder">Of its cluster; the folder above it can be entered by the account.</param>
/// <param name="programs">A folder with all programs of PostgreSQL.</param>
/// <param name="place">Where it runs; null for this machine's own network.</param>
internal sealed class PostgresServer(string folder, int port, ServerAccount account, string programs, NetworkPlace? place = null)
{
    public const string User = "flownally";

    private const string SettingsFile = "failover.conf";

    /// <summary>How long a server may take to do what it was told.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public string Folder => folder;

    public int Port => port;

    /// <summary>Without a database.</summary>
    public string ConnectionString => $"Host={Address};Port={port};Username={User}";

    public string Address => place?.Address ?? "127.0.0.1";

    private string[] Prefix => place?.Prefix ?? [];

    /// <summary>Of the processes that belong to the server. The first one is the postmaster.</summary>
    private IReadOnlyList<int> Processes
    {
        get
        {
            var postmaster = int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);
            return [postmaster, .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
                .Where(name => int.TryParse(name, out var pid) && Status(pid) is { } status && status.Parent == postmaster)
                .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))];
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Makes an empty cluster. Checksums let <see cref="RewindAsync"/> know which pages have changed.</summary>
    public async Task InitializeAsync()
    {
        await account.CreateFolderAsync(folder, CancellationToken.None);
        await RunAsync("initdb", "-D", folder, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--data-checksums", "--no-sync", "--no-instructions");
        await TouchAsync(SettingsFile); // as the account, so that pg_rewind can overwrite it
        await File.AppendAllTextAsync(Path.Combine(folder, "postgresql.conf"), $"include '{SettingsFile}'\n");
        if (place is not null)
        {
            await File.AppendAllTextAsync(Path.Combine(folder, "pg_hba.conf"), $"host all all {place.Subnet} trust\nhost replication all {place.Subnet} trust\n");
        }
    }

    /// <summary>Sets what holds for this server only. A server that runs takes it over.</summary>
    /// <param name="settings">Lines of postgresql.conf.</param>
    public async Task ConfigureAsync(params string[] settings)
    {
        // Processes are killed here and machines are not, so nothing has to reach a disk.
        await File.WriteAllTextAsync(Path.Combine(folder, SettingsFile), $"""
            listen_addresses = '{Address}'
            port = {port}
            unix_socket_directories = ''
            fsync = off
            max_connections = 100
            max_prepared_transactions = 0
            wal_keep_size = '1GB'
            wal_retrieve_retry_interval = '100ms'
            jit = off
            {string.Join('\n', settings)}

            """);
        if (IsAlive())
        {
            await RunAsync("pg_ctl", "reload", "-D", folder);
        }
    }

    /// <summary>Leaves everything as initdb does, except for where the server listens.</summary>
    public Task ListenAsync() => File.WriteAllTextAsync(Path.Combine(folder, SettingsFile), $"port = {port}\nunix_socket_directories = ''\n");

    /// <param name="signal">Such as standby.signal: what PostgreSQL begins with.</param>
    public async Task StartAsync(string? signal = null)
    {
        if (signal is not null)
        {
            await TouchAsync(signal);
        }

        await RunAsync("pg_ctl", "start", "-D", folder, "-l", Log, "-w", "-t", "60");
    }

    /// <summary>Kills every process of the server at the same moment, paused or not.</summary>
    public async Task KillAsync()
    {
        if (!IsAlive())
        {
            return;
        }

        await PauseAsync(); // so that no new process appears while the list is made
        var processes = Processes;
        await SignalAsync("KILL", processes);
        await UntilAsync(() => Task.FromResult(processes.All(pid => Status(pid) is null or { IsDead: true })));
        File.Delete(PidFile); // its number may soon be another's
    }

    /// <summary>Nothing reaches the server any more, nor comes from it. Nobody is told.</summary>
    public Task CutOffAsync() => place!.Network.CutOffAsync(place.Server);

    public Task ReconnectAsync() => place is null ? Task.CompletedTask : place.Network.ReconnectAsync(place.Server);

    /// <summary>Stops every process of the server. Connections stay open, and the kernel accepts new ones that nobody answers.</summary>
    public async Task PauseAsync()
    {
        await SignalAsync("STOP", [Processes[0]]);
        await SignalAsync("STOP", Processes);
    }

    public async Task PromoteAsync()
    {
        await RunAsync("pg_ctl", "promote", "-D", folder, "-w", "-t", "60");
        await WritableAsync();
    }

    /// <summary>Waits until it has ended its recovery.</summary>
    public Task WritableAsync() => UntilAsync(() => IsTrueAsync("SELECT NOT pg_is_in_recovery()"));

    /// <summary>Copies the cluster of this server while it runs.</summary>
    public async Task BackUpAsync(string into)
    {
        Delete(into);
        await account.CreateFolderAsync(into, CancellationToken.None);
        await RunAsync("pg_basebackup", "-D", into, "-h", Address, "-p", $"{port}", "-U", User, "-X", "stream", "-c", "fast", "--no-sync");
    }

    /// <summary>Puts a copy in the place of this server's cluster. The server does not run.</summary>
    public async Task TakeOverAsync(string backup)
    {
        Delete(folder);
        await ServerTool.RequireAsync(["cp", "-a", backup, folder], CancellationToken.None);
    }

    /// <summary>Takes back what this server has written and the other one has not. This server does not run.</summary>
    public async Task RewindAsync(PostgresServer primary)
    {
        await primary.ExecuteAsync("CHECKPOINT"); // pg_rewind reads the timeline from the last one
        await RunAsync("pg_rewind", "-D", folder, "--no-sync", "--source-server", $"host={primary.Address} port={primary.Port} user={User} dbname=postgres");
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Connection);
        await connection.ExecuteAsync(sql, commandType: CommandType.Text); // Dapper takes a single word for a procedure
    }

    public async Task<T?> AskAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Connection);
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    /// <summary>Waits until a question is answered with true.</summary>
    /// <exception cref="TimeoutException">It was not within a minute.</exception>
    public Task UntilAsync(string sql) => UntilAsync(() => IsTrueAsync(sql));

    private string LastWords => File.Exists(Log) ? $"Its log ends with:\n{string.Join('\n', File.ReadLines(Log).TakeLast(10))}" : "";

    private string PidFile => Path.Combine(folder, "postmaster.pid");

    private string Log => Path.Combine(folder, "server.log");

    private string Connection => $"{ConnectionString};Database=postgres;Pooling=false;Timeout=5";

    private bool IsAlive() => File.Exists(PidFile) && Status(Processes[0]) is { IsDead: false };

    private Task<string> TouchAsync(string file) => ServerTool.RequireAsync(account.Command("touch", Path.Combine(folder, file)), CancellationToken.None);

    private Task<string> RunAsync(string program, params string[] arguments) =>
        ServerTool.RequireAsync([.. Prefix, .. account.Command([Path.Combine(programs, program), .. arguments])], CancellationToken.None);

    private async Task<bool> IsTrueAsync(string sql)
    {
        try
        {
            return await AskAsync<bool?>(sql) == true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    public async Task UntilAsync(Func<Task<bool>> done)
    {
        for (var since = Stopwatch.GetTimestamp(); !await done(); await Task.Delay(Pause))
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"The server on port {port} has not done what it was told. {LastWords}");
            }
        }
    }

    /// <summary>Those that have ended meanwhile hear nothing.</summary>
    public static Task<ToolResult> SignalAsync(string signal, IEnumerable<int> processes) =>
        ServerTool.RunAsync(["sh", "-c", $"kill -{signal} {string.Join(' ', processes)}"], CancellationToken.None);

    /// <returns>Null where there is no such process (proc(5), /proc/PID/stat).</returns>
    private static ProcessStatus? Status(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessStatus(int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0] is "Z" or "X");
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="IsDead">Also where its end has not been noticed by its parent.</param>
    private readonly record struct ProcessStatus(int Parent, bool IsDead);
}
