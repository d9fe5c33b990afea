using System.Security.Cryptography;
using Flownally.Application;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Feed;

/// <summary>Spreads the word of who has recorded: to the readers in this process at once, and between the processes by PostgreSQL's NOTIFY.</summary>
internal sealed class FeedNotices : BackgroundService, IHostedLifecycleService, IListener
{
    /// <summary>
    /// Never in a transaction that records: PostgreSQL commits those that notify one after another. This one does not wait for the disk,
    /// for which those that record would wait in turn: after a crash everybody looks anyway.
    /// </summary>
    private const string Notify = "SELECT set_config('synchronous_commit', 'off', true), pg_notify('flownally_feed', @payload)";

    /// <summary>A notification has less than 8,000 bytes; one that would name more tenants speaks of all.</summary>
    private const int MostNamed = 250;

    /// <summary>What is recorded meanwhile shares a notification.</summary>
    private static readonly TimeSpan BetweenNotifications = TimeSpan.FromMilliseconds(20);

    /// <summary>By which this process knows its own notifications.</summary>
    private readonly string _name = RandomNumberGenerator.GetHexString(16);

    private readonly Database _database;
    private readonly FeedWatcher _watcher;
    private readonly TimeProvider _clock;
    private readonly ILogger<FeedNotices> _log;
    private readonly Bell _bell;
    private readonly Lock _gate = new();
    private HashSet<TenantId?> _untold = [];

    public FeedNotices(Database database, FeedWatcher watcher, TimeProvider clock, ILogger<FeedNotices> log) =>
        (_database, _watcher, _clock, _log, _bell) = (database, watcher, clock, log, new Bell(clock));

    public string Channel => "flownally_feed";

    public bool Listening
    {
        set
        {
            if (value)
            {
                _watcher.Recorded(FeedWatcher.Everyone);
            }
        }
    }

    /// <summary>To be called right after a commit. Costs whoever records next to nothing.</summary>
    public void Recorded(IReadOnlyCollection<TenantId?> tenants)
    {
        AddUntold(tenants);
        _watcher.Recorded(tenants);
    }

    public void Hear(string payload)
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

    /// <summary>Tells the others of what was recorded last.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TellAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException)
        {
            // The others have lost it too, and look for themselves when it is back.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _bell.RingsAsync(stoppingToken))
        {
            await Outage.OutlastAsync(() => TellAsync(stoppingToken),
                exception => _log.LogWarning("Other processes are told later of what was recorded: {Reason}", exception.Message), _clock, stoppingToken);
            await Task.Delay(BetweenNotifications, _clock, stoppingToken);
        }
    }

    private async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        var tenants = TakeUntold();
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
            AddUntold(tenants);
            throw;
        }
    }

    private void AddUntold(IReadOnlyCollection<TenantId?> tenants)
    {
        lock (_gate)
        {
            _untold.UnionWith(tenants);
        }

        _bell.Pull();
    }

    private HashSet<TenantId?> TakeUntold()
    {
        lock (_gate)
        {
            (var taken, _untold) = (_untold, []);
            return taken;
        }
    }
}
