using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Load.Crash;

namespace Flownally.Load.Failover;

/// <summary>A primary and a standby that follows it by streaming replication.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private const string Database = "flownally";

    private static readonly TimeSpan SettingsTime = TimeSpan.FromSeconds(1);

    private readonly string _folder;
    private readonly bool _synchronous;
    private readonly Network? _network;
    private readonly string _hosts;
    private bool _rewinds;

    private Pair(string folder, bool synchronous, Network? network, PostgresServer primary, PostgresServer standby)
    {
        (_folder, _synchronous, _network, Primary, Standby) = (folder, synchronous, network, primary, standby);
        _hosts = $"{primary.Address}:{primary.Port},{standby.Address}:{standby.Port}";
    }

    public PostgresServer Primary { get; private set; }

    public PostgresServer Standby { get; private set; }

    /// <summary>Of the owner, whichever of the two is the primary.</summary>
    public string ConnectionString => $"Host={_hosts};Username={PostgresServer.User};Database={Database};Target Session Attributes=primary;Host Recheck Seconds=1";

    /// <summary>Whether this machine has what a standby is made with; the PostgreSQL that the tests bring along has not.</summary>
    public static async Task<bool> IsPossibleAsync()
    {
        var programs = await ProgramsAsync(await ServerAccount.OfAsync("", CancellationToken.None));
        return File.Exists(Path.Combine(programs, "pg_basebackup")) && File.Exists(Path.Combine(programs, "pg_rewind"));
    }

    /// <param name="folder">An empty folder that every account can enter.</param>
    /// <param name="synchronous">Whether a commit waits for the standby.</param>
    /// <param name="apart">Whether each has a network namespace, so that it can be cut off; needs <see cref="Network.IsPossibleAsync"/>.</param>
    public static async Task<Pair> StartAsync(string folder, bool synchronous, bool apart = false)
    {
        var account = await ServerAccount.OfAsync(Path.Combine(folder, "a"), CancellationToken.None);
        var programs = await ProgramsAsync(account);
        var network = apart ? await Network.OpenAsync() : null;
        var pair = new Pair(folder, synchronous, network, Server("a", 0), Server("b", 1));
        try
        {
            await pair.Primary.InitializeAsync();
            await pair.Primary.ConfigureAsync();
            await pair.Primary.StartAsync();
            await pair.Primary.ExecuteAsync($"CREATE DATABASE {Database}");
            await pair.CloneAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }

        PostgresServer Server(string name, int n) => new(Path.Combine(folder, name), PostgresServer.FreePort(), account, programs, network?.PlaceOf(n));
    }

    /// <summary>Waits until the standby has all that had been committed by now.</summary>
    /// <returns>The moment up to which nothing can be lost; see <see cref="History.Now"/>.</returns>
    public async Task<long> CatchUpAsync()
    {
        var now = History.Now;
        var place = await Primary.AskAsync<string>("SELECT pg_current_wal_lsn()::text");
        await Standby.UntilAsync($"SELECT pg_last_wal_receive_lsn() >= '{place}'::pg_lsn");
        return now;
    }

    /// <summary>Makes the standby receive nothing more, so that it lacks what is committed from now on.</summary>
    public async Task CutStandbyOffAsync()
    {
        await Standby.ConfigureAsync("primary_conninfo = ''");
        await Standby.UntilAsync("SELECT count(*) = 0 FROM pg_stat_wal_receiver");
    }

    /// <summary>Makes the standby the primary. The old primary does not run, or is paused.</summary>
    public async Task PromoteAsync()
    {
        await Standby.PromoteAsync();
        (Primary, Standby) = (Standby, Primary);
    }

    /// <summary>Lets the old primary follow the new one, rewound and copied by turns.</summary>
    public async Task RejoinAsync()
    {
        await Standby.KillAsync();
        await Standby.ReconnectAsync();
        _rewinds = !_rewinds;
        if (_rewinds)
        {
            await Standby.RewindAsync(Primary);
            await FollowAsync();
        }
        else
        {
            await CloneAsync();
        }
    }

    /// <summary>Copies the primary, for <see cref="RestoreAsync"/>.</summary>
    /// <returns>The moment up to which the copy surely has everything; see <see cref="History.Now"/>.</returns>
    public async Task<long> BackUpAsync()
    {
        var now = History.Now;
        await Primary.BackUpAsync(Backup);
        return now;
    }

    /// <summary>Goes on with the last copy. Nothing runs. Afterwards there is a primary and no standby.</summary>
    /// <param name="newTimeline">As after recovery from an archive; else as after a crash.</param>
    public async Task RestoreAsync(bool newTimeline)
    {
        await Primary.TakeOverAsync(Backup);
        await Primary.ConfigureAsync("restore_command = 'false'"); // all that is needed lies beside the copy
        await Primary.StartAsync(newTimeline ? "recovery.signal" : null);
        await Primary.WritableAsync();
    }

    /// <summary>Makes the standby anew, as a copy of the primary.</summary>
    public async Task CloneAsync()
    {
        await Standby.KillAsync();
        await Primary.BackUpAsync(Standby.Folder);
        await FollowAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Primary.KillAsync();
        await Standby.KillAsync();
        if (_network is not null)
        {
            await _network.DisposeAsync();
        }
    }

    public static async Task<string> ProgramsAsync(ServerAccount account)
    {
        var binaries = await PostgresBinaries.FindAsync(null, account, CancellationToken.None);
        var postgres = new FileInfo(Path.Combine(binaries.Folder, "postgres"));
        return Path.GetDirectoryName((postgres.ResolveLinkTarget(returnFinalTarget: true) ?? postgres).FullName)!; // the others may not be linked beside it
    }

    private string Backup => Path.Combine(_folder, "backup");

    private async Task FollowAsync()
    {
        await Standby.ConfigureAsync($"primary_conninfo = 'host={Primary.Address} port={Primary.Port} user={PostgresServer.User}'");
        await Standby.StartAsync("standby.signal");
        await Primary.UntilAsync("SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'");
        if (_synchronous)
        {
            // A commit that does not wait for the standby yet may be under way for a moment after the setting was made.
            await Primary.ConfigureAsync("synchronous_standby_names = '*'");
            await Primary.UntilAsync("SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state = 'sync'");
            await Task.Delay(SettingsTime);
        }

        await CatchUpAsync();
    }
}
