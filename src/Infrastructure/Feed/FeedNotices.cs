using System.Security.Cryptography;
using Flownally.Application;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Feed;

/// <summary>
/// Notifies readers which tenants have recorded events: readers in this process at once, other processes by PostgreSQL's NOTIFY.
/// </summary>
internal sealed class FeedNotices : BackgroundService, IHostedLifecycleService, IListener
{
    /// <summary>
    /// Runs outside recording transactions, because PostgreSQL serializes commits that notify. This transaction does not wait for the disk,
    /// else commits of events would wait for it. A lost notification is harmless: after a crash all readers read again.
    /// </summary>
    private const string Notify = "SELECT set_config('synchronous_commit', 'off', true), pg_notify('flownally_feed', @payload)";

    /// <summary>PostgreSQL limits a notification to 8,000 bytes. With more tenants than this it names all.</summary>
    private const int MaxTenantsNamed = 250;

    /// <summary>Events recorded within this interval share one notification.</summary>
    private static readonly TimeSpan NotifyInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Identifies the notifications of this process.</summary>
    private readonly string _name = RandomNumberGenerator.GetHexString(16);

    private readonly Database _database;
    private readonly FeedWatcher _watcher;
    private readonly TimeProvider _clock;
    private readonly ILogger<FeedNotices> _log;
    private readonly CoalescingSignal _signal;
    private readonly Lock _gate = new();
    private HashSet<TenantId?> _pending = [];

    public FeedNotices(Database database, FeedWatcher watcher, TimeProvider clock, ILogger<FeedNotices> log) =>
        (_database, _watcher, _clock, _log, _signal) = (database, watcher, clock, log, new CoalescingSignal(clock));

    public string Channel => "flownally_feed";

    public bool Listening
    {
        set
        {
            if (value)
            {
                _watcher.Recorded(FeedWatcher.AllTenants);
            }
        }
    }

    /// <summary>Notifies readers after a commit. The caller does not wait.</summary>
    public void Recorded(IReadOnlyCollection<TenantId?> tenants)
    {
        AddPending(tenants);
        _watcher.Recorded(tenants);
    }

    public void OnNotification(string payload)
    {
        var words = payload.Split(' ');
        if (words[0] != _name)
        {
            _watcher.Recorded([.. words.Skip(1).Select(word => TenantId.TryParse(word, null, out var tenant) ? tenant : (TenantId?)null)]);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Notifies other processes of the last events.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await NotifyAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException)
        {
            // Other processes lost the database too and read again when it returns.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _signal.ReceiveAllAsync(stoppingToken))
        {
            await Outage.RetryAsync(() => NotifyAsync(stoppingToken), LogFailure, _clock, stoppingToken);
            await Task.Delay(NotifyInterval, _clock, stoppingToken);
        }
    }

    private void LogFailure(Exception exception) =>
        _log.LogWarning("The notification of other processes is delayed: {Reason}", exception.Message);

    private async Task<int> NotifyAsync(CancellationToken cancellationToken)
    {
        var tenants = TakePending();
        if (tenants.Count == 0)
        {
            return 0;
        }

        try
        {
            var names = tenants.Count > MaxTenantsNamed || tenants.Contains(null) ? "*" : string.Join(' ', tenants);
            return await _database.ExecuteAsync(TenantScope.All, Notify, new { payload = $"{_name} {names}" }, cancellationToken);
        }
        catch
        {
            AddPending(tenants);
            throw;
        }
    }

    private void AddPending(IReadOnlyCollection<TenantId?> tenants)
    {
        lock (_gate)
        {
            _pending.UnionWith(tenants);
        }

        _signal.Set();
    }

    private HashSet<TenantId?> TakePending()
    {
        lock (_gate)
        {
            (var taken, _pending) = (_pending, []);
            return taken;
        }
    }
}
