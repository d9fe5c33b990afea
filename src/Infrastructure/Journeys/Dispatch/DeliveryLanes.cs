using System.Collections.Concurrent;
using System.Threading.Channels;
using Flownally.Application;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Journeys.Dispatch;

/// <summary>
/// Sends webhooks, those of each journey in lanes of its own, so that a target which is slow or dead delays no other. Of one contact
/// they go one after another, in the order of the feed; what is sent again goes besides, and holds back nothing. What one tenant has
/// in memory and under way is bounded, whatever number of journeys it has. For one caller at a time.
/// </summary>
internal sealed class DeliveryLanes : IAsyncDisposable
{
    /// <summary>
    /// Of one journey, waiting and under way: the rest waits in the database. Of these, and of those of a tenant, at most half are repeats:
    /// so there is room for first attempts, however many repeats are due.
    /// </summary>
    public const int MostOfEach = 500;

    /// <summary>Of one tenant, waiting and under way.</summary>
    public const int MostOfTenant = 2_000;

    /// <summary>Of all tenants. Each takes about 1 KiB.</summary>
    public const int MostInAll = 50_000;

    /// <summary>Journeys of one tenant that one look for what is due goes through. A tenant with more is gone through in several looks.</summary>
    public const int MostJourneysInALook = 200;

    /// <summary>Webhooks under way at once, each with a connection; those of one tenant have half of these places at most.</summary>
    public const int MostUnderWay = 256;

    /// <summary>How many webhooks of one journey are sent at once for the first time, and again.</summary>
    private const int FirstLanes = 8;

    private const int RepeatLanes = 2;

    /// <summary>What became of webhooks meanwhile is written together.</summary>
    private static readonly TimeSpan BetweenSaves = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly IMediator _mediator;
    private readonly IDeliveries _deliveries;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly FairShares<TenantId> _places = new(MostUnderWay);
    private readonly Dictionary<JourneyId, Journey> _journeys = [];
    private readonly Dictionary<TenantId, Tenant> _tenants = [];
    private readonly ConcurrentDictionary<JourneyEntryId, bool> _known = [];
    private readonly Channel<Attempt> _attempts = Channel.CreateUnbounded<Attempt>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _saving;
    private int _count;

    public DeliveryLanes(IMediator mediator, IDeliveries deliveries, TimeProvider clock, ILogger log)
    {
        (_mediator, _deliveries, _clock, _log) = (mediator, deliveries, clock, log);
        _saving = Task.Run(SaveAsync);
    }

    /// <summary>Those that wait, are under way, or whose outcome is not written yet.</summary>
    public IReadOnlyCollection<JourneyEntryId> Known => [.. _known.Keys];

    /// <summary>
    /// Takes entries in their order. Where a journey, its tenant or all have too many already, its others are left to the next
    /// <see cref="TopUpAsync"/>, so that none overtakes.
    /// </summary>
    public void Add(IReadOnlyList<DueEntry> entries)
    {
        foreach (var entry in entries.Where(entry => !TenantOf(entry.TenantId).IsBehind))
        {
            Take(entry);
        }
    }

    /// <summary>Takes what is due and was not known, of each journey in its order and up to <see cref="MostOfEach"/>.</summary>
    public async Task TopUpAsync(CancellationToken cancellationToken)
    {
        var after = _tenants.Where(tenant => tenant.Value.After is not null).ToDictionary(tenant => tenant.Key, tenant => tenant.Value.After!.Value);
        TopUp(await _deliveries.FindDueAsync(Known, after, new DueLimits(MostJourneysInALook, MostOfTenant, MostOfEach), cancellationToken), after);
    }

    private void TopUp(DueEntries due, Dictionary<TenantId, JourneyId> after)
    {
        foreach (var (id, journey) in _journeys.ToList())
        {
            journey.IsBehind = false;
            if (journey.Count == 0)
            {
                _journeys.Remove(id);
            }
        }

        foreach (var (id, tenant) in _tenants.ToList())
        {
            (tenant.IsBehind, tenant.After) = (false, null);
            if (tenant.Count == 0)
            {
                _tenants.Remove(id);
            }
        }

        foreach (var entry in due.Entries)
        {
            Take(entry);
        }

        // Where there are as many as were asked for, there may be more, and what comes next must not overtake it. Repeats have no order.
        var counts = due.Entries.Where(entry => entry.IsFirst).CountBy(entry => entry.JourneyId).ToDictionary();
        foreach (var journey in due.Journeys.Where(journey => counts.GetValueOrDefault(journey.Id) >= journey.Limit))
        {
            JourneyOf(journey.Id).IsBehind = true;
        }

        // So it is where not all journeys were looked at: those before the first, or those behind the last.
        foreach (var seen in due.Journeys.GroupBy(journey => journey.TenantId))
        {
            var isCut = seen.Count() == MostJourneysInALook;
            if (isCut || after.ContainsKey(seen.Key))
            {
                var tenant = TenantOf(seen.Key);
                (tenant.IsBehind, tenant.After) = (true, isCut ? seen.Last().Id : null);
            }
        }

        // None was left behind where the last look had ended; the next begins with the first.
        foreach (var tenant in after.Keys.Except(due.Journeys.Select(journey => journey.TenantId)))
        {
            TenantOf(tenant).IsBehind = true;
        }
    }

    /// <summary>Breaks off what is under way, and writes what became of the others.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_journeys.Values.SelectMany(journey => journey.Lanes));
        _attempts.Writer.Complete();
        await _saving;
        _ending.Dispose();
    }

    private Journey JourneyOf(JourneyId id)
    {
        if (!_journeys.TryGetValue(id, out var journey))
        {
            _journeys[id] = journey = new Journey();
        }

        return journey;
    }

    private Tenant TenantOf(TenantId id)
    {
        if (!_tenants.TryGetValue(id, out var tenant))
        {
            _tenants[id] = tenant = new Tenant();
        }

        return tenant;
    }

    private void Take(DueEntry entry)
    {
        var (journey, tenant) = (JourneyOf(entry.JourneyId), TenantOf(entry.TenantId));
        var isFull = journey.Count >= MostOfEach || tenant.Count >= MostOfTenant || Volatile.Read(ref _count) >= MostInAll;
        if (!entry.IsFirst)
        {
            isFull |= journey.Repeats >= MostOfEach / 2 || tenant.Repeats >= MostOfTenant / 2;
        }
        else if (isFull || journey.IsBehind)
        {
            isFull = journey.IsBehind = true;
        }

        if (!isFull)
        {
            Send(journey, tenant, entry);
        }
    }

    private void Send(Journey journey, Tenant tenant, DueEntry entry)
    {
        var lane = entry.IsFirst
            ? (int)((uint)entry.ContactId.GetHashCode() % FirstLanes)
            : FirstLanes + (int)((uint)entry.Id.GetHashCode() % RepeatLanes);
        Interlocked.Increment(ref _count);
        journey.Enter(entry);
        tenant.Enter(entry);
        _known[entry.Id] = true;
        journey.Lanes[lane] = SendAfterAsync(journey.Lanes[lane], journey, tenant, entry);
    }

    /// <summary>Never fails: what goes wrong is an attempt that failed, or one that is left to whoever leads next.</summary>
    private async Task SendAfterAsync(Task before, Journey journey, Tenant tenant, DueEntry entry)
    {
        await before;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            _attempts.Writer.TryWrite(await AttemptAsync(entry));
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Whoever leads next sends it.
        }
        catch (Exception exception)
        {
            _log.LogError(exception, "The webhook of {Entry} could not be sent.", entry.Id);
            var attempts = entry.Attempts + 1; // although none was made, so that there is an end to it
            var wait = RetrySchedule.After(attempts, chance: 0.5);
            _attempts.Writer.TryWrite(new Attempt(entry, wait is null ? DeliveryState.Failed : DeliveryState.Pending, attempts, At: null, Microseconds.Truncate(_clock.GetUtcNow()) + wait, Status: null));
        }
        finally
        {
            tenant.Leave(entry);
            journey.Leave(entry);
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Waits while the database is away, so that what follows in the lane does not overtake.</summary>
    private async Task<Attempt> AttemptAsync(DueEntry entry)
    {
        using var place = await _places.EnterAsync(entry.TenantId, _ending.Token);
        while (true)
        {
            try
            {
                return (await _mediator.Send(new DeliverEntry(entry), _ending.Token)).Value;
            }
            catch (DatabaseUnavailableException)
            {
                await Task.Delay(PauseAfterFailure, _clock, _ending.Token);
            }
        }
    }

    private async Task SaveAsync()
    {
        while (await _attempts.Reader.WaitToReadAsync())
        {
            var attempts = new List<Attempt>();
            while (attempts.Count < MostOfEach && _attempts.Reader.TryRead(out var attempt))
            {
                attempts.Add(attempt);
            }

            await SaveAsync(attempts);
            await Task.Delay(BetweenSaves, _clock);
        }
    }

    /// <summary>Insists while this process leads: what was delivered would be delivered again.</summary>
    private async Task SaveAsync(List<Attempt> attempts)
    {
        for (var ends = false; !ends;)
        {
            ends = _ending.IsCancellationRequested; // then once more
            try
            {
                await _deliveries.SaveAsync(attempts, CancellationToken.None);
                attempts.ForEach(attempt => _known.TryRemove(attempt.Entry.Id, out _));
                return;
            }
            catch (DatabaseUnavailableException exception)
            {
                _log.LogWarning("What became of {Count} webhooks is written later, or they are sent again: {Reason}", attempts.Count, exception.Message);
            }

            await Task.Delay(PauseAfterFailure, _clock, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Counts what waits and is under way.</summary>
    private abstract class Party
    {
        private int _count;
        private int _repeats;

        public int Count => Volatile.Read(ref _count);

        /// <summary>How many of them are sent again.</summary>
        public int Repeats => Volatile.Read(ref _repeats);

        /// <summary>More waits in the database for the first time than was taken.</summary>
        public bool IsBehind { get; set; }

        public void Enter(DueEntry entry) => Add(entry, 1);

        public void Leave(DueEntry entry) => Add(entry, -1);

        private void Add(DueEntry entry, int number)
        {
            Interlocked.Add(ref _count, number);
            Interlocked.Add(ref _repeats, entry.IsFirst ? 0 : number);
        }
    }

    /// <summary>The lanes of a journey, each the end of its queue.</summary>
    private sealed class Journey : Party
    {
        public Task[] Lanes { get; } = [.. Enumerable.Repeat(Task.CompletedTask, FirstLanes + RepeatLanes)];
    }

    private sealed class Tenant : Party
    {
        /// <summary>The journey with which the last look ended, where there may be more; null where the next begins with the first.</summary>
        public JourneyId? After { get; set; }
    }
}
