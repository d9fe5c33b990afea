using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>
/// Sends webhooks, those of each journey in lanes of its own, so that a target which is slow or dead delays no other. First attempts for
/// one contact share a lane, so they keep the order of the feed. Retries have lanes of their own, so no first attempt waits for them. What
/// one tenant has in memory and under way is bounded, whatever number of journeys it has: <see cref="DeliveryLimits"/>. For one caller at
/// a time. Disposing it cancels what is under way, and writes what became of the others.
/// </summary>
internal sealed class DeliveryLanes : IAsyncDisposable
{
    public static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Of one journey. Each lane sends one webhook at a time.</summary>
    private const int FirstLanes = 8;

    private const int RetryLanes = 2;

    private readonly EntryDelivery _delivery;
    private readonly IDeliveries _deliveries;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly AttemptWriter _writer;
    private readonly CancellationTokenSource _ending = new();
    private readonly FairShares<TenantId> _places = new(DeliveryLimits.MostUnderWay);
    private readonly Dictionary<JourneyId, Journey> _journeys = [];
    private readonly Dictionary<TenantId, Tenant> _tenants = [];
    private readonly ConcurrentDictionary<JourneyEntryId, bool> _known = [];
    private int _count;

    public DeliveryLanes(EntryDelivery delivery, IDeliveries deliveries, TimeProvider clock, ILogger log)
    {
        (_delivery, _deliveries, _clock, _log) = (delivery, deliveries, clock, log);
        _writer = new AttemptWriter(deliveries, attempt => _known.TryRemove(attempt.Entry.Id, out _), clock, log, _ending.Token);
    }

    /// <summary>Those that wait, are under way, or whose outcome is not written yet.</summary>
    public IReadOnlyCollection<JourneyEntryId> Known => [.. _known.Keys];

    /// <summary>
    /// Takes entries in their order. Where a journey, its tenant or all have too many already, its others are left to the next
    /// <see cref="TopUpAsync"/>, so that none overtakes.
    /// </summary>
    public void Add(IReadOnlyList<DueEntry> entries)
    {
        foreach (var entry in entries.Where(entry => !Of(_tenants, entry.TenantId).HasMoreStored))
        {
            Take(entry);
        }
    }

    /// <summary>Takes what is due and was not known, of each journey in its order and within <see cref="DeliveryLimits"/>.</summary>
    public async Task TopUpAsync(CancellationToken cancellationToken)
    {
        var after = _tenants.Where(tenant => tenant.Value.After is not null)
            .ToDictionary(tenant => tenant.Key, tenant => tenant.Value.After!.Value);
        var due = await _deliveries.FindDueAsync(Known, after, cancellationToken);
        StartAnew(_journeys);
        StartAnew(_tenants);
        foreach (var entry in due.Entries)
        {
            Take(entry);
        }

        // A journey with as many entries as were asked for may have more, which later ones must not overtake. Retries have no order.
        var counts = due.Entries.Where(entry => entry.IsFirst).CountBy(entry => entry.JourneyId).ToDictionary();
        foreach (var journey in due.Journeys.Where(journey => counts.GetValueOrDefault(journey.Id) >= journey.Limit))
        {
            Of(_journeys, journey.Id).HasMoreStored = true;
        }

        // So may a tenant of whose journeys not all were looked at: the look began behind the first, or ended before the last.
        foreach (var seen in due.Journeys.GroupBy(journey => journey.TenantId))
        {
            var isCut = seen.Count() == DeliveryLimits.MostJourneysInALook;
            if (isCut || after.ContainsKey(seen.Key))
            {
                var tenant = Of(_tenants, seen.Key);
                (tenant.HasMoreStored, tenant.After) = (true, isCut ? seen.Last().Id : null);
            }
        }

        // The look began behind the first journey of these tenants and found no other. The next one begins with the first.
        foreach (var tenant in after.Keys.Except(due.Journeys.Select(journey => journey.TenantId)))
        {
            Of(_tenants, tenant).HasMoreStored = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_journeys.Values.SelectMany(journey => journey.Lanes));
        await _writer.DisposeAsync();
        _ending.Dispose();
    }

    private static TLoad Of<TKey, TLoad>(Dictionary<TKey, TLoad> loads, TKey id) where TKey : notnull where TLoad : new() =>
        CollectionsMarshal.GetValueRefOrAddDefault(loads, id, out _) ??= new TLoad();

    /// <summary>Forgets what an earlier look has found, and those who have nothing in the lanes.</summary>
    private static void StartAnew<TKey, TLoad>(Dictionary<TKey, TLoad> loads) where TKey : notnull where TLoad : Load
    {
        foreach (var (id, load) in loads)
        {
            load.StartAnew();
            if (load.Count == 0)
            {
                loads.Remove(id);
            }
        }
    }

    private void Take(DueEntry entry)
    {
        var (journey, tenant) = (Of(_journeys, entry.JourneyId), Of(_tenants, entry.TenantId));
        var isFull = journey.IsFull(entry, DeliveryLimits.MostOfJourney) || tenant.IsFull(entry, DeliveryLimits.MostOfTenant)
            || Volatile.Read(ref _count) >= DeliveryLimits.MostInAll;
        if (entry.IsFirst)
        {
            isFull = journey.HasMoreStored |= isFull;
        }

        if (!isFull)
        {
            var lane = entry.IsFirst
                ? (int)((uint)entry.ContactId.GetHashCode() % FirstLanes)
                : FirstLanes + (int)((uint)entry.Id.GetHashCode() % RetryLanes);
            Count(journey, tenant, entry, 1);
            _known[entry.Id] = true;
            journey.Lanes[lane] = SendAfterAsync(journey.Lanes[lane], journey, tenant, entry);
        }
    }

    /// <summary>Never fails: what goes wrong is an attempt that failed, or one that is left to the next leader.</summary>
    private async Task SendAfterAsync(Task before, Journey journey, Tenant tenant, DueEntry entry)
    {
        await before;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            _writer.Add(await AttemptAsync(entry));
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The next leader sends it.
        }
        catch (Exception exception)
        {
            _log.LogError(exception, "The webhook of {Entry} could not be sent.", entry.Id);
            var attempts = entry.Attempts + 1; // although none was made, so that retries come to an end
            var wait = RetrySchedule.After(attempts, random: 0.5);
            var state = wait is null ? DeliveryState.Failed : DeliveryState.Pending;
            _writer.Add(new Attempt(entry, state, attempts, At: null, Microseconds.Truncate(_clock.GetUtcNow()) + wait, Status: null));
        }
        finally
        {
            Count(journey, tenant, entry, -1);
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
                return await _delivery.AttemptAsync(entry, _ending.Token);
            }
            catch (DatabaseUnavailableException)
            {
                await Task.Delay(PauseAfterFailure, _clock, _ending.Token);
            }
        }
    }

    private void Count(Journey journey, Tenant tenant, DueEntry entry, int number)
    {
        journey.Add(entry, number);
        tenant.Add(entry, number);
        Interlocked.Add(ref _count, number);
    }

    /// <summary>What a journey or a tenant has in the lanes, waiting and under way.</summary>
    private abstract class Load
    {
        private int _count;
        private int _retries;

        public int Count => Volatile.Read(ref _count);

        /// <summary>First attempts are left in the database, and later ones must not overtake them.</summary>
        public bool HasMoreStored { get; set; }

        public virtual void StartAnew() => HasMoreStored = false;

        /// <summary>Whether an entry must be left in the database.</summary>
        public bool IsFull(DueEntry entry, int most) => Count >= most || (!entry.IsFirst && Volatile.Read(ref _retries) >= most / 2);

        public void Add(DueEntry entry, int number)
        {
            Interlocked.Add(ref _count, number);
            Interlocked.Add(ref _retries, entry.IsFirst ? 0 : number);
        }
    }

    /// <summary>The lanes of a journey, each the end of its queue.</summary>
    private sealed class Journey : Load
    {
        public Task[] Lanes { get; } = [.. Enumerable.Repeat(Task.CompletedTask, FirstLanes + RetryLanes)];
    }

    private sealed class Tenant : Load
    {
        /// <summary>The journey with which the last look ended; null where the next look begins with the first.</summary>
        public JourneyId? After { get; set; }

        public override void StartAnew() => (HasMoreStored, After) = (false, null);
    }
}
