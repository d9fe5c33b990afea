using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>
/// Sends webhooks. Each journey has lanes of its own, so that a slow or dead target delays no other journey. The first attempts for
/// one contact share a lane, so they keep the order of the feed. Retries have separate lanes, so no first attempt waits for them.
/// <see cref="DeliveryLimits"/> bounds the memory and connections of a tenant, whatever the number of its journeys. Not thread-safe.
/// Disposing it cancels the attempts in flight and writes the outcomes of the others.
/// </summary>
internal sealed class DeliveryLanes : IAsyncDisposable
{
    public static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Lanes of one journey for first attempts. Each lane sends one webhook at a time.</summary>
    private const int FirstAttemptLanes = 8;

    private const int RetryLanes = 2;

    private readonly EntryDelivery _delivery;
    private readonly IDeliveries _deliveries;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly AttemptWriter _writer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly FairShares<TenantId> _connections = new(DeliveryLimits.MaxInFlight);
    private readonly Dictionary<JourneyId, Journey> _journeys = [];
    private readonly Dictionary<TenantId, Tenant> _tenants = [];
    private readonly ConcurrentDictionary<JourneyEntryId, bool> _known = [];
    private int _count;

    public DeliveryLanes(EntryDelivery delivery, IDeliveries deliveries, TimeProvider clock, ILogger log)
    {
        (_delivery, _deliveries, _clock, _log) = (delivery, deliveries, clock, log);
        _writer = new AttemptWriter(deliveries, attempt => _known.TryRemove(attempt.Entry.Id, out _), clock, log, _stopping.Token);
    }

    /// <summary>The entries that wait, are in flight, or whose outcome is not written yet.</summary>
    public IReadOnlyCollection<JourneyEntryId> Known => [.. _known.Keys];

    /// <summary>
    /// Adds entries in their order. Entries that exceed the limits of a journey, a tenant or the process are left to the next
    /// <see cref="LoadDueAsync"/>, so that no entry overtakes another.
    /// </summary>
    public void Add(IReadOnlyList<DueEntry> entries)
    {
        foreach (var entry in entries.Where(entry => !GetOrAdd(_tenants, entry.TenantId).HasMoreStored))
        {
            AddIfRoom(entry);
        }
    }

    /// <summary>Loads due entries that are not in memory, those of each journey in order and within <see cref="DeliveryLimits"/>.</summary>
    public async Task LoadDueAsync(CancellationToken cancellationToken)
    {
        var after = _tenants.Where(tenant => tenant.Value.After is not null)
            .ToDictionary(tenant => tenant.Key, tenant => tenant.Value.After!.Value);
        var due = await _deliveries.FindDueAsync(Known, after, cancellationToken);
        Reset(_journeys);
        Reset(_tenants);
        foreach (var entry in due.Entries)
        {
            AddIfRoom(entry);
        }

        // A journey that reaches its limit may have more first attempts in the database, which later ones must not overtake.
        var counts = due.Entries.Where(entry => entry.IsFirst).CountBy(entry => entry.JourneyId).ToDictionary();
        foreach (var journey in due.Journeys.Where(journey => counts.GetValueOrDefault(journey.Id) >= journey.Limit))
        {
            GetOrAdd(_journeys, journey.Id).HasMoreStored = true;
        }

        // A tenant may have more, too, if not all of its journeys were polled: the poll began after the first or ended before the last.
        foreach (var polled in due.Journeys.GroupBy(journey => journey.TenantId))
        {
            var isCut = polled.Count() == DeliveryLimits.MaxJourneysPerPoll;
            if (isCut || after.ContainsKey(polled.Key))
            {
                var tenant = GetOrAdd(_tenants, polled.Key);
                (tenant.HasMoreStored, tenant.After) = (true, isCut ? polled.Last().Id : null);
            }
        }

        // The poll of these tenants began after the first journey and found no other. The next poll begins with the first.
        foreach (var tenant in after.Keys.Except(due.Journeys.Select(journey => journey.TenantId)))
        {
            GetOrAdd(_tenants, tenant).HasMoreStored = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_journeys.Values.SelectMany(journey => journey.Lanes));
        await _writer.DisposeAsync();
        _stopping.Dispose();
    }

    private static TLoad GetOrAdd<TKey, TLoad>(Dictionary<TKey, TLoad> loads, TKey id) where TKey : notnull where TLoad : new() =>
        CollectionsMarshal.GetValueRefOrAddDefault(loads, id, out _) ??= new TLoad();

    /// <summary>Discards the results of the previous poll, and journeys or tenants without entries in the lanes.</summary>
    private static void Reset<TKey, TLoad>(Dictionary<TKey, TLoad> loads) where TKey : notnull where TLoad : Load
    {
        foreach (var (id, load) in loads)
        {
            load.Reset();
            if (load.Count == 0)
            {
                loads.Remove(id);
            }
        }
    }

    private void AddIfRoom(DueEntry entry)
    {
        var (journey, tenant) = (GetOrAdd(_journeys, entry.JourneyId), GetOrAdd(_tenants, entry.TenantId));
        var isFull = journey.IsFull(entry, DeliveryLimits.MaxPerJourney) || tenant.IsFull(entry, DeliveryLimits.MaxPerTenant)
            || Volatile.Read(ref _count) >= DeliveryLimits.MaxTotal;
        if (entry.IsFirst)
        {
            isFull = journey.HasMoreStored |= isFull;
        }

        if (!isFull)
        {
            var lane = entry.IsFirst
                ? (int)((uint)entry.ContactId.GetHashCode() % FirstAttemptLanes)
                : FirstAttemptLanes + (int)((uint)entry.Id.GetHashCode() % RetryLanes);
            AddToCounts(journey, tenant, entry, 1);
            _known[entry.Id] = true;
            journey.Lanes[lane] = SendAfterAsync(journey.Lanes[lane], journey, tenant, entry);
        }
    }

    /// <summary>Never throws: an exception counts as a failed attempt, and a cancelled attempt is left to the next leader.</summary>
    private async Task SendAfterAsync(Task previous, Journey journey, Tenant tenant, DueEntry entry)
    {
        await previous;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            _writer.Add(await AttemptAsync(entry));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The next leader sends it.
        }
        catch (Exception exception)
        {
            _log.LogError(exception, "The webhook of {Entry} could not be sent.", entry.Id);
            var attempts = entry.Attempts + 1; // counts although no attempt was made, so that the retries end
            var wait = RetrySchedule.After(attempts, random: 0.5);
            var state = wait is null ? DeliveryState.Failed : DeliveryState.Pending;
            _writer.Add(new Attempt(entry, state, attempts, At: null, Microseconds.Truncate(_clock.GetUtcNow()) + wait, Status: null));
        }
        finally
        {
            AddToCounts(journey, tenant, entry, -1);
        }
    }

    /// <summary>Waits while the database is unavailable, so that no later entry of the lane overtakes.</summary>
    private async Task<Attempt> AttemptAsync(DueEntry entry)
    {
        using var connection = await _connections.EnterAsync(entry.TenantId, _stopping.Token);
        while (true)
        {
            try
            {
                return await _delivery.AttemptAsync(entry, _stopping.Token);
            }
            catch (DatabaseUnavailableException)
            {
                await Task.Delay(PauseAfterFailure, _clock, _stopping.Token);
            }
        }
    }

    private void AddToCounts(Journey journey, Tenant tenant, DueEntry entry, int number)
    {
        journey.Add(entry, number);
        tenant.Add(entry, number);
        Interlocked.Add(ref _count, number);
    }

    /// <summary>The entries of a journey or tenant in the lanes, waiting or in flight.</summary>
    private abstract class Load
    {
        private int _count;
        private int _retries;

        public int Count => Volatile.Read(ref _count);

        /// <summary>Whether first attempts are left in the database, which later ones must not overtake.</summary>
        public bool HasMoreStored { get; set; }

        public virtual void Reset() => HasMoreStored = false;

        /// <summary>Whether there is no room for an entry. Retries get at most half of the room.</summary>
        public bool IsFull(DueEntry entry, int max) => Count >= max || (!entry.IsFirst && Volatile.Read(ref _retries) >= max / 2);

        public void Add(DueEntry entry, int number)
        {
            Interlocked.Add(ref _count, number);
            Interlocked.Add(ref _retries, entry.IsFirst ? 0 : number);
        }
    }

    /// <summary>A journey's lanes. Each is the task of the last entry in its queue.</summary>
    private sealed class Journey : Load
    {
        public Task[] Lanes { get; } = [.. Enumerable.Repeat(Task.CompletedTask, FirstAttemptLanes + RetryLanes)];
    }

    private sealed class Tenant : Load
    {
        /// <summary>The last journey of the previous poll; null if the next poll begins with the first journey.</summary>
        public JourneyId? After { get; set; }

        public override void Reset() => (HasMoreStored, After) = (false, null);
    }
}
