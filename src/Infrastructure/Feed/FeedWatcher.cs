using System.Diagnostics.Metrics;
using Flownally.Application.Feed;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Feed;

/// <summary>
/// Wakes the readers of the feed in this process when what was recorded, here or elsewhere, can be read. While nothing is recorded, or
/// nobody waits for it, it asks the database nothing, but for a look in half a minute.
/// </summary>
internal sealed class FeedWatcher : BackgroundService, IHostedLifecycleService, IFeedWatcher
{
    public const string Look = """
        SELECT coalesce((SELECT max(transaction_id) FROM events), 0) AS newest,
               pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT feed_offset()) AS horizon
        """;

    /// <summary>Stands for all tenants.</summary>
    public static readonly IReadOnlyCollection<TenantId?> Everyone = [null];

    /// <summary>However much is recorded; and again while the newest event cannot be read.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    /// <summary>Once a transaction has been in the way for longer than <see cref="Patience"/>.</summary>
    private static readonly TimeSpan LongestBetweenLooks = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>A process that is killed between a commit and its notification tells nobody, so where all is quiet one looks.</summary>
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(30);

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly ILogger<FeedWatcher> _log;
    private readonly Bell _bell;

    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, TaskCompletionSource<bool>> _readers = []; // all of a tenant share one, until it records
    private TaskCompletionSource<bool>? _anyone;
    private HashSet<TenantId?> _toWake = [];
    private bool _ending;

    private long _recordings;
    private long _newest;
    private long _heldUpSince; // a timestamp; 0 while nothing is

    public FeedWatcher(Database database, TimeProvider clock, IMeterFactory meters, ILogger<FeedWatcher> log)
    {
        (_database, _clock, _log, _bell) = (database, clock, log, new Bell(clock));
        meters.Create("Flownally").CreateObservableGauge("flownally.feed.lag", () => Lag.TotalSeconds, "s",
            "How long the oldest event has been waiting that is recorded but cannot be read from the feed yet.");
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

    /// <summary>What these tenants have recorded can be read, or soon.</summary>
    public void Recorded(IReadOnlyCollection<TenantId?> tenants)
    {
        Interlocked.Increment(ref _recordings);
        lock (_gate)
        {
            _toWake.UnionWith(tenants);
            WakeIf(_anyone is not null || ReadersOf(tenants).Any());
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

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await await Task.WhenAny(WakeAsync(stoppingToken), CheckAsync(stoppingToken));

    /// <summary>
    /// A round wakes the readers of those who had recorded before its first look, once all that was stored then can be read.
    /// What is recorded later waits for the next round, so that it cannot hold up this one. Whoever comes during a round is
    /// woken with it: what he has just read may have lacked the same events.
    /// </summary>
    private async Task WakeAsync(CancellationToken stoppingToken)
    {
        await foreach (var since in _bell.RingsAsync(stoppingToken))
        {
            var tenants = TakeToWake();
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

    private async Task CheckAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var recordings = Recordings;
            await Task.Delay(BetweenChecks, _clock, stoppingToken);
            if (recordings == Recordings && (await LookAsync(stoppingToken)).Newest != Interlocked.Read(ref _newest))
            {
                Recorded(Everyone);
            }
        }
    }

    private Task<(long Newest, long Horizon)> LookAsync(CancellationToken stoppingToken) => Outage.OutlastAsync(
        () => _database.FindAsync<(long, long)>(TenantScope.All, Look, null, stoppingToken),
        exception => _log.LogWarning("Readers of the feed are woken later: {Reason}", exception.Message), _clock, stoppingToken);

    /// <summary>
    /// Within the gate, whenever somebody recorded or begins to wait. What was recorded while nobody waited may be news to whoever comes
    /// then: he reads after that, but it might not have been readable yet.
    /// </summary>
    private void WakeIf(bool awaited)
    {
        if (awaited)
        {
            _bell.Pull();
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

    private HashSet<TenantId?> TakeToWake()
    {
        lock (_gate)
        {
            (var taken, _toWake) = (_toWake, []);
            return taken;
        }
    }

    private static TaskCompletionSource<bool> NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
