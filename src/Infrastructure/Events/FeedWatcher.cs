using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using Flownally.Application;
using Flownally.Application.Events;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Flownally.Infrastructure.Events;

/// <summary>
/// Wakes the readers of the feed in this process when what was recorded, here or elsewhere, can be read, and tells the other
/// processes of what was recorded here. While nothing is recorded, or nobody waits for it, it asks the database nothing, but for a
/// look in half a minute.
/// </summary>
internal sealed class FeedWatcher : BackgroundService, IHostedLifecycleService, IFeedWatcher, IListener
{
    private const string FeedChannel = "flownally_feed";

    /// <summary>Never in a transaction that records: PostgreSQL commits those that notify one after another.</summary>
    private const string Notify = $"SELECT pg_notify('{FeedChannel}', @payload)";

    public const string Look = $"""
        SELECT coalesce((SELECT max(transaction_id) FROM events), 0) AS newest,
               {FeedClock.Horizon} AS horizon
        """;

    /// <summary>A notification has less than 8,000 bytes; one that would name more tenants speaks of all.</summary>
    private const int MostNamed = 250;

    /// <summary>Stands for all tenants.</summary>
    private static readonly TenantId?[] Everyone = [null];

    /// <summary>What is recorded meanwhile shares a notification.</summary>
    private static readonly TimeSpan BetweenNotifications = TimeSpan.FromMilliseconds(20);

    /// <summary>However much is recorded; and again while the newest event cannot be read.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    /// <summary>Once a transaction has been in the way for longer than <see cref="Patience"/>.</summary>
    private static readonly TimeSpan LongestBetweenLooks = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>A process that is killed between a commit and its notification tells nobody, so where all is quiet one looks.</summary>
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>By which this process knows its own notifications.</summary>
    private readonly string _name = RandomNumberGenerator.GetHexString(16);

    private readonly Database.Database _database;
    private readonly TimeProvider _clock;
    private readonly ILogger<FeedWatcher> _log;
    private readonly Channel<long> _wakeBell = NewBell();
    private readonly Channel<long> _notifyBell = NewBell();

    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, TaskCompletionSource<bool>> _readers = []; // all of a tenant share one, until it records
    private TaskCompletionSource<bool>? _anyone;
    private HashSet<TenantId?> _toWake = [];
    private HashSet<TenantId?> _toNotify = [];
    private bool _ending;

    private long _recordings;
    private long _newest;
    private long _heldUpSince; // a timestamp; 0 while nothing is

    public FeedWatcher(Database.Database database, TimeProvider clock, IMeterFactory meters, ILogger<FeedWatcher> log)
    {
        (_database, _clock, _log) = (database, clock, log);
        meters.Create("Flownally").CreateObservableGauge("flownally.feed.lag", () => Lag.TotalSeconds, "s",
            "How long the oldest event has been waiting that is recorded but cannot be read from the feed yet.");
    }

    public string Channel => FeedChannel;

    public bool Listening
    {
        set
        {
            if (value)
            {
                Stir(Everyone);
            }
        }
    }

    public long Recordings => Interlocked.Read(ref _recordings);

    private TimeSpan Lag => Interlocked.Read(ref _heldUpSince) is not 0 and var since ? _clock.GetElapsedTime(since) : TimeSpan.Zero;

    public Task<bool> NextAsync(TenantId tenant)
    {
        lock (_gate)
        {
            if (_ending)
            {
                return Task.FromResult(false);
            }

            if (!_readers.TryGetValue(tenant, out var next))
            {
                _readers[tenant] = next = NewNews();
                WakeIf(_toWake.Contains(tenant) || _toWake.Contains(null));
            }

            return next.Task;
        }
    }

    /// <summary>As the other, for whoever reads the feed of all tenants.</summary>
    public Task<bool> NextAsync()
    {
        lock (_gate)
        {
            if (_ending)
            {
                return Task.FromResult(false);
            }

            if (_anyone is null)
            {
                _anyone = NewNews();
                WakeIf(_toWake.Count > 0);
            }

            return _anyone.Task;
        }
    }

    /// <summary>To be called right after a commit. Costs whoever records next to nothing.</summary>
    public void Recorded(IReadOnlyCollection<TenantId?> tenants)
    {
        AddToNotify(tenants);
        Stir(tenants);
    }

    public void Hear(string payload)
    {
        var words = payload.Split(' ');
        if (words[0] != _name)
        {
            Stir([.. words.Skip(1).Select(word => TenantId.TryParse(word, null, out var tenant) ? tenant : (TenantId?)null)]);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends the readers away before the server waits for their calls to end.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _ending = true;
        }

        Complete(Everyone, false);
        return Task.CompletedTask;
    }

    /// <summary>Tells the others of what was recorded last.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await NotifyAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException)
        {
            // The others have lost it too, and look for themselves when it is back.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await await Task.WhenAny(WakeAsync(stoppingToken), KeepNotifyingAsync(stoppingToken), CheckAsync(stoppingToken));

    /// <summary>
    /// A round wakes the readers of those who had recorded before its first look, once all that was stored then can be read.
    /// What is recorded later waits for the next round, so that it cannot hold up this one. Whoever comes during a round is
    /// woken with it: what he has just read may have lacked the same events.
    /// </summary>
    private async Task WakeAsync(CancellationToken stoppingToken)
    {
        await foreach (var since in _wakeBell.Reader.ReadAllAsync(stoppingToken))
        {
            var tenants = Take(ref _toWake);
            var (newest, horizon) = await LookAsync(stoppingToken);
            Interlocked.Exchange(ref _newest, newest);
            for (var pause = BetweenLooks; newest >= horizon; (_, horizon) = await LookAsync(stoppingToken))
            {
                Interlocked.Exchange(ref _heldUpSince, since);
                await Task.Delay(pause, _clock, stoppingToken);
                pause = _clock.GetElapsedTime(since) < Patience ? BetweenLooks : pause.DoubledUpTo(LongestBetweenLooks);
            }

            Interlocked.Exchange(ref _heldUpSince, 0);
            Complete(tenants, true);
            await Task.Delay(BetweenLooks, _clock, stoppingToken);
        }
    }

    private async Task KeepNotifyingAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _notifyBell.Reader.ReadAllAsync(stoppingToken))
        {
            await InsistAsync(() => NotifyAsync(stoppingToken), stoppingToken);
            await Task.Delay(BetweenNotifications, _clock, stoppingToken);
        }
    }

    private async Task CheckAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var recordings = Recordings;
            await Task.Delay(BetweenChecks, _clock, stoppingToken);
            if (recordings == Recordings && (await LookAsync(stoppingToken)).Newest != Interlocked.Read(ref _newest))
            {
                Stir(Everyone);
            }
        }
    }

    private async Task<int> NotifyAsync(CancellationToken cancellationToken)
    {
        var tenants = Take(ref _toNotify);
        if (tenants.Count == 0)
        {
            return 0;
        }

        try
        {
            var names = tenants.Count > MostNamed || tenants.Contains(null) ? "*" : string.Join(' ', tenants);
            return await _database.ExecuteAsync(TenantScope.All, Notify, new { payload = $"{_name} {names}" }, cancellationToken);
        }
        catch
        {
            AddToNotify(tenants);
            throw;
        }
    }

    private Task<(long Newest, long Horizon)> LookAsync(CancellationToken stoppingToken) =>
        InsistAsync(() => _database.FindAsync<(long, long)>(TenantScope.All, Look, null, stoppingToken), stoppingToken);

    /// <summary>Tries until it succeeds: what was recorded must not be forgotten while the database is away.</summary>
    private async Task<T> InsistAsync<T>(Func<Task<T>> work, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (exception is NpgsqlException or SocketException or DatabaseUnavailableException)
            {
                _log.LogWarning("Readers of the feed are woken later: {Reason}", exception.Message);
                await Task.Delay(PauseAfterFailure, _clock, stoppingToken);
            }
        }
    }

    private void Stir(IReadOnlyCollection<TenantId?> tenants)
    {
        Interlocked.Increment(ref _recordings);
        lock (_gate)
        {
            _toWake.UnionWith(tenants);
            WakeIf(_anyone is not null || ReadersOf(tenants).Any());
        }
    }

    /// <summary>
    /// Within the gate, whenever somebody recorded or begins to wait. What was recorded while nobody waited may be news to whoever comes
    /// then: he reads after that, but it might not have been readable yet.
    /// </summary>
    private void WakeIf(bool awaited)
    {
        if (awaited)
        {
            Ring(_wakeBell);
        }
    }

    /// <summary>Those of the tenants whose readers wait.</summary>
    private IEnumerable<TenantId> ReadersOf(IReadOnlyCollection<TenantId?> tenants) =>
        tenants.Contains(null) ? _readers.Keys : tenants.Select(tenant => tenant!.Value).Where(_readers.ContainsKey);

    private void Complete(IReadOnlyCollection<TenantId?> tenants, bool result)
    {
        lock (_gate)
        {
            foreach (var tenant in ReadersOf(tenants).ToList())
            {
                _readers.Remove(tenant, out var next);
                next!.SetResult(result); // whoever waits goes on elsewhere
            }

            _anyone?.SetResult(result);
            _anyone = null;
        }
    }

    private void AddToNotify(IReadOnlyCollection<TenantId?> tenants)
    {
        lock (_gate)
        {
            _toNotify.UnionWith(tenants);
        }

        Ring(_notifyBell);
    }

    private void Ring(Channel<long> bell) => bell.Writer.TryWrite(_clock.GetTimestamp());

    private HashSet<TenantId?> Take(ref HashSet<TenantId?> set)
    {
        lock (_gate)
        {
            (var taken, set) = (set, []);
            return taken;
        }
    }

    private static TaskCompletionSource<bool> NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Rings once, however often it was pulled since, and tells when that was first.</summary>
    private static Channel<long> NewBell() =>
        System.Threading.Channels.Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}
