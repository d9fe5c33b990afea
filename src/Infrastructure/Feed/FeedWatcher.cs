using System.Diagnostics.Metrics;
using Flownally.Application.Feed;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Feed;

/// <summary>
/// Wakes the readers of the feed in this process when new events can be read. While nothing is recorded or no reader waits, it queries the
/// database only every 30 seconds.
/// </summary>
internal sealed class FeedWatcher : BackgroundService, IHostedLifecycleService, IFeedWatcher
{
    public const string ReadHorizon = """
        SELECT coalesce((SELECT max(transaction_id) FROM events), 0) AS newest,
               pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT feed_offset()) AS horizon
        """;

    /// <summary>Names all tenants.</summary>
    public static readonly IReadOnlyCollection<TenantId?> AllTenants = [null];

    /// <summary>The interval between two reads of the horizon.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>The interval when a transaction has delayed the horizon for longer than <see cref="SlowdownAfter"/>.</summary>
    private static readonly TimeSpan MaxPollInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan SlowdownAfter = TimeSpan.FromSeconds(1);

    /// <summary>A process that is killed between a commit and its notification notifies no process, so each process polls.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly ILogger<FeedWatcher> _log;
    private readonly CoalescingSignal _signal;

    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, TaskCompletionSource<bool>> _readers = []; // shared by the readers of a tenant
    private TaskCompletionSource<bool>? _anyTenant;
    private HashSet<TenantId?> _toWake = [];
    private bool _stopping;

    private long _recordings;
    private long _newest;
    private long _delayedSince; // a timestamp; 0 if the newest event can be read

    public FeedWatcher(Database database, TimeProvider clock, IMeterFactory meters, ILogger<FeedWatcher> log)
    {
        (_database, _clock, _log, _signal) = (database, clock, log, new CoalescingSignal(clock));
        meters.Create("Flownally").CreateObservableGauge("flownally.feed.lag", () => Lag.TotalSeconds, "s",
            "How long the oldest recorded event that the feed does not return yet has been waiting.");
    }

    public long Recordings => Interlocked.Read(ref _recordings);

    private TimeSpan Lag => Interlocked.Read(ref _delayedSince) is not 0 and var since ? _clock.GetElapsedTime(since) : TimeSpan.Zero;

    public Task<bool> NextAsync(TenantId tenant)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return Task.FromResult(false);
            }

            if (!_readers.TryGetValue(tenant, out var next))
            {
                _readers[tenant] = next = NewWait();
                SignalIf(_toWake.Contains(tenant) || _toWake.Contains(null));
            }

            return next.Task;
        }
    }

    public Task<bool> NextAsync()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return Task.FromResult(false);
            }

            if (_anyTenant is null)
            {
                _anyTenant = NewWait();
                SignalIf(_toWake.Count > 0);
            }

            return _anyTenant.Task;
        }
    }

    /// <summary>Announces events of these tenants, which can be read now or soon.</summary>
    public void Recorded(IReadOnlyCollection<TenantId?> tenants)
    {
        Interlocked.Increment(ref _recordings);
        lock (_gate)
        {
            _toWake.UnionWith(tenants);
            SignalIf(_anyTenant is not null || ReadersOf(tenants).Any());
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Completes all waits before the server waits for running calls to end.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _stopping = true;
        }

        Complete(AllTenants, false);
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await await Task.WhenAny(WakeAsync(stoppingToken), CheckAsync(stoppingToken));

    /// <summary>
    /// A round wakes the readers of the tenants that had recorded before its first read, when all events stored by then can be read. Later
    /// events wait for the next round, so they cannot delay this one. A reader that starts to wait during a round is woken by it, because
    /// its last read may lack the same events.
    /// </summary>
    private async Task WakeAsync(CancellationToken stoppingToken)
    {
        await foreach (var since in _signal.ReceiveAllAsync(stoppingToken))
        {
            var tenants = TakeToWake();
            var (newest, horizon) = await ReadHorizonAsync(stoppingToken);
            Interlocked.Exchange(ref _newest, newest);
            for (var pause = PollInterval; newest >= horizon; (_, horizon) = await ReadHorizonAsync(stoppingToken))
            {
                Interlocked.Exchange(ref _delayedSince, since);
                await Task.Delay(pause, _clock, stoppingToken);
                pause = _clock.GetElapsedTime(since) < SlowdownAfter ? PollInterval : pause.DoubledUpTo(MaxPollInterval);
            }

            Interlocked.Exchange(ref _delayedSince, 0);
            Complete(tenants, true);
            await Task.Delay(PollInterval, _clock, stoppingToken);
        }
    }

    private async Task CheckAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var recordings = Recordings;
            await Task.Delay(CheckInterval, _clock, stoppingToken);
            if (recordings == Recordings && (await ReadHorizonAsync(stoppingToken)).Newest != Interlocked.Read(ref _newest))
            {
                Recorded(AllTenants);
            }
        }
    }

    private Task<(long Newest, long Horizon)> ReadHorizonAsync(CancellationToken stoppingToken) => Outage.RetryAsync(
        () => _database.FindAsync<(long, long)>(TenantScope.All, ReadHorizon, null, stoppingToken),
        exception => _log.LogWarning("Waking the readers of the feed is delayed: {Reason}", exception.Message), _clock, stoppingToken);

    /// <summary>
    /// Called within the lock, after each recording and each new wait. A reader that starts to wait may have missed events that were
    /// recorded while no reader waited: they may not have been readable during its last read.
    /// </summary>
    private void SignalIf(bool hasReaders)
    {
        if (hasReaders)
        {
            _signal.Set();
        }
    }

    /// <summary>The tenants with waiting readers.</summary>
    private IEnumerable<TenantId> ReadersOf(IReadOnlyCollection<TenantId?> tenants) =>
        tenants.Contains(null) ? _readers.Keys : tenants.Select(tenant => tenant!.Value).Where(_readers.ContainsKey);

    private void Complete(IReadOnlyCollection<TenantId?> tenants, bool result)
    {
        lock (_gate)
        {
            foreach (var tenant in ReadersOf(tenants).ToList())
            {
                _readers.Remove(tenant, out var next);
                next!.SetResult(result); // continuations run on other threads
            }

            _anyTenant?.SetResult(result);
            _anyTenant = null;
        }
    }

    private HashSet<TenantId?> TakeToWake()
    {
        lock (_gate)
        {
            (var taken, _toWake) = (_toWake, []);
            return taken;
        }
    }

    private static TaskCompletionSource<bool> NewWait() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
