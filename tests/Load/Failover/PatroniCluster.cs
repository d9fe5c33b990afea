using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Load.Crash;

namespace Flownally.Load.Failover;

/// <summary>Two servers that Patroni watches, etcd that holds the leader's key, and HAProxy, which leads connections to the leader. Commits wait for the standby.</summary>
internal sealed class PatroniCluster : IAsyncDisposable
{
    private const string Database = "flownally";

    private static readonly string[] Programs = ["patroni", "etcd", "haproxy"];

    /// <summary>How long the cluster may take to have a leader and a synchronous standby.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Until its first checks HAProxy leads connections to the standby as well.</summary>
    private static readonly TimeSpan FirstChecks = TimeSpan.FromSeconds(4);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private readonly List<Process> _helpers = [];
    private readonly PatroniNode[] _nodes;
    private readonly int _port = PostgresServer.FreePort();
    private readonly Outages _outages;
    private readonly Action<string> _say;

    private PatroniCluster(PatroniNode[] nodes, Outages outages, Action<string> say) => (_nodes, _outages, _say) = (nodes, outages, say);

    /// <summary>Whether this machine has the programs.</summary>
    public static bool IsPossible => Programs.All(program => Find(program) is not null);

    /// <summary>Of the owner, through HAProxy.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username={PostgresServer.User};Database={Database}";

    /// <param name="folder">An empty folder that every account can enter.</param>
    public static async Task<PatroniCluster> StartAsync(string folder, Outages outages, Action<string> say)
    {
        var account = await ServerAccount.OfAsync(Path.Combine(folder, "none"), CancellationToken.None);
        var programs = await Pair.ProgramsAsync(account);
        var (etcd, peer) = (PostgresServer.FreePort(), PostgresServer.FreePort());
        var cluster = new PatroniCluster([Node("n1"), Node("n2")], outages, say);
        try
        {
            var home = Path.Combine(folder, "etcd");
            await account.CreateFolderAsync(home, CancellationToken.None);
            cluster._helpers.Add(Start(account, Path.Combine(home, "log"), "etcd", "--name", "e1", "--data-dir", Path.Combine(home, "data"),
                "--listen-client-urls", $"http://127.0.0.1:{etcd}", "--advertise-client-urls", $"http://127.0.0.1:{etcd}",
                "--listen-peer-urls", $"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", $"http://127.0.0.1:{peer}", "--initial-cluster", $"e1=http://127.0.0.1:{peer}"));
            foreach (var node in cluster._nodes)
            {
                await node.PrepareAsync(etcd);
                node.Start();
            }

            var (leader, _) = await cluster.SettleAsync();
            await leader.Server.ExecuteAsync($"CREATE DATABASE {Database}");
            home = Path.Combine(folder, "haproxy");
            await account.CreateFolderAsync(home, CancellationToken.None);
            await File.WriteAllTextAsync(Path.Combine(home, "haproxy.cfg"), cluster.HaproxySettings());
            cluster._helpers.Add(Start(account, Path.Combine(home, "log"), "haproxy", "-db", "-f", Path.Combine(home, "haproxy.cfg")));
            await Task.Delay(FirstChecks);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        PatroniNode Node(string name) =>
            new(name, Path.Combine(folder, name), PostgresServer.FreePort(), new PostgresServer(Path.Combine(folder, name, "data"), PostgresServer.FreePort(), account, programs), account, programs);
    }

    /// <summary>Deals a blow to the leader, waits for Patroni to promote the standby, and brings the old leader back.</summary>
    public async Task<Failover> DealAsync(FailoverBlow blow)
    {
        var (leader, standby) = await SettleAsync();
        var dealt = History.Now;
        var done = blow switch
        {
            FailoverBlow.Switchover => SwitchOverAsync(leader, standby),
            FailoverBlow.PrimaryPaused => leader.PauseAsync(),
            _ => leader.KillAsync(),
        };
        var promoted = standby.Server.WritableAsync();
        await (await Task.WhenAny(promoted, done)); // a switchover may be refused
        await promoted;
        _say($"{blow}: Patroni has promoted the standby after {Stopwatch.GetElapsedTime(dealt).TotalSeconds:0.00} s");
        var (first, all, helped) = await _outages.EndAsync(_outages.Begin(), blow == FailoverBlow.PrimaryPaused ? leader.KillAsync : () => Task.CompletedTask);
        await done;
        if (blow != FailoverBlow.Switchover)
        {
            await leader.KillAsync();
            leader.Start();
        }

        await SettleAsync();
        return new Failover(blow, first, all, helped, Loss: null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var helper in _helpers)
        {
            helper.Kill();
            await helper.WaitForExitAsync();
            helper.Dispose();
        }

        foreach (var node in _nodes)
        {
            await node.KillAsync();
        }

        _http.Dispose();
    }

    /// <summary>Starts a program of this machine as the account, with a log of its own.</summary>
    internal static Process Start(ServerAccount account, string log, string program, params string[] arguments) =>
        Process.Start("/usr/bin/env", account.Command(["sh", "-c", "log=$1; shift; exec \"$@\" >> \"$log\" 2>&1", "sh", log, Find(program)!, .. arguments]));

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Waits until there is a leader, and a standby that commits wait for.</summary>
    private async Task<(PatroniNode Leader, PatroniNode Standby)> SettleAsync()
    {
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < Patience; await Task.Delay(Pause))
        {
            foreach (var node in _nodes)
            {
                if (await RolesAsync(node) is { } roles && Named("leader") is { } leader && Named("sync_standby") is { } standby)
                {
                    return (leader, standby);
                }

                PatroniNode? Named(string role) => Array.Find(_nodes, other => roles.GetValueOrDefault(other.Name) == role);
            }
        }

        throw new TimeoutException($"Patroni has had no leader with a synchronous standby for {Patience}. Its log ends with:\n{string.Join('\n', _nodes.Select(node => node.LastWords))}");
    }

    /// <returns>By the names of those that run, or null where the node does not answer.</returns>
    private async Task<Dictionary<string, string>?> RolesAsync(PatroniNode node)
    {
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            var cluster = await _http.GetFromJsonAsync<JsonElement>(new Uri(node.Url, "/cluster"), soon.Token);
            return cluster.GetProperty("members").EnumerateArray().Where(member => member.GetProperty("state").GetString() is "running" or "streaming")
                .ToDictionary(member => member.GetProperty("name").GetString()!, member => member.GetProperty("role").GetString()!);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task SwitchOverAsync(PatroniNode leader, PatroniNode standby)
    {
        using var order = new StringContent($$"""{"leader":"{{leader.Name}}","candidate":"{{standby.Name}}"}"""); // of known length, as Patroni's server asks for
        using var response = await _http.PostAsync(new Uri(leader.Url, "/switchover"), order);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"Patroni did not switch over: {await response.Content.ReadAsStringAsync()}");
        }
    }

    private string HaproxySettings() => $"""
        global
            maxconn 500
        defaults
            mode tcp
            timeout connect 2s
            timeout client 1h
            timeout server 1h
            timeout check 1s
        listen postgres
            bind 127.0.0.1:{_port}
            option httpchk GET /primary
            default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
        {string.Join('\n', _nodes.Select(node => $"    server {node.Name} 127.0.0.1:{node.Server.Port} check port {node.Url.Port}"))}

        """;
}

/// <summary>A server and the Patroni beside it, as on one machine.</summary>
/// <param name="folder">A folder that nothing else uses.</param>
/// <param name="restPort">At which this Patroni answers.</param>
internal sealed class PatroniNode(string name, string folder, int restPort, PostgresServer server, ServerAccount account, string programs)
{
    private Process? _patroni;

    public string Name => name;

    public PostgresServer Server => server;

    public Uri Url { get; } = new($"http://127.0.0.1:{restPort}");

    public string LastWords => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(10)) : "";

    private string Settings => Path.Combine(folder, "patroni.yml");

    private string Log => Path.Combine(folder, "patroni.log");

    /// <param name="etcd">The port for its clients.</param>
    public async Task PrepareAsync(int etcd)
    {
        await account.CreateFolderAsync(folder, CancellationToken.None);
        await File.WriteAllTextAsync(Settings, $$"""
            scope: flow
            name: {{name}}
            restapi: {listen: '127.0.0.1:{{restPort}}', connect_address: '127.0.0.1:{{restPort}}'}
            etcd3: {host: '127.0.0.1:{{etcd}}'}
            bootstrap:
              dcs:
                ttl: 20
                loop_wait: 2
                retry_timeout: 5
                maximum_lag_on_failover: 1048576
                synchronous_mode: true
                postgresql:
                  use_pg_rewind: true
                  parameters: {max_connections: 100, fsync: 'off', jit: 'off', unix_socket_directories: '', wal_keep_size: '512MB'}
              initdb: [{encoding: UTF8}, {locale: C}, data-checksums]
            postgresql:
              listen: '127.0.0.1:{{server.Port}}'
              connect_address: '127.0.0.1:{{server.Port}}'
              data_dir: '{{server.Folder}}'
              bin_dir: '{{programs}}'
              pgpass: '{{Path.Combine(folder, "pgpass")}}'
              pg_hba: [host replication all 127.0.0.1/32 trust, host all all 127.0.0.1/32 trust]
              authentication:
                replication: {username: replicator, password: replicator}
                superuser: {username: {{PostgresServer.User}}, password: flownally}
                rewind: {username: rewinder, password: rewinder}

            """);
    }

    public void Start()
    {
        _patroni?.Dispose();
        _patroni = PatroniCluster.Start(account, Log, "patroni", Settings);
    }

    public async Task PauseAsync()
    {
        await PostgresServer.SignalAsync("STOP", [_patroni!.Id]);
        await server.PauseAsync();
    }

    /// <summary>Kills both, paused or not.</summary>
    public async Task KillAsync()
    {
        if (_patroni is { HasExited: false })
        {
            _patroni.Kill();
            await _patroni.WaitForExitAsync();
        }

        await server.KillAsync();
    }
}
