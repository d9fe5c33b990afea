using Flownally.Application.Journeys.Delivery;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace Flownally.Application.Tests.Journeys.Delivery;

/// <summary>What one tenant's webhooks may take of the memory and the connections that all share.</summary>
public sealed class DeliveryLanesTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);

    [Test]
    public async Task Webhooks_of_a_tenant_whose_targets_never_answer_leave_room_for_the_others()
    {
        var (dead, live) = (new TenantId(Ids.Next()), new TenantId(Ids.Next()));
        var deliveries = new Stub(tenant => tenant == live);
        await using var lanes = deliveries.OpenLanes();
        lanes.Add([.. Enumerable.Range(0, 100).SelectMany(_ => Entries(dead, 50))]);
        Assert.That(lanes.Known, Has.Count.EqualTo(DeliveryLimits.MaxPerTenant));
        lanes.Add(Entries(live, 40));
        Assert.That(() => deliveries.Saved, Is.EqualTo(40).After(10_000, 20));
        Assert.That(() => deliveries.UnderWay, Is.EqualTo(DeliveryLimits.MaxInFlight / 2).After(10_000, 20));
        Assert.That(lanes.Known, Has.Count.EqualTo(DeliveryLimits.MaxPerTenant));
    }

    [Test]
    public async Task All_tenants_together_take_no_more_than_memory_is_meant_for()
    {
        var deliveries = new Stub(_ => false);
        await using var lanes = deliveries.OpenLanes();
        for (var i = 0; i <= DeliveryLimits.MaxTotal / DeliveryLimits.MaxPerTenant; i++)
        {
            var tenant = new TenantId(Ids.Next());
            lanes.Add([.. Enumerable.Range(0, 5).SelectMany(_ => Entries(tenant, DeliveryLimits.MaxPerJourney))]);
        }

        Assert.That(lanes.Known, Has.Count.EqualTo(DeliveryLimits.MaxTotal));
    }

    [Test]
    public async Task What_was_left_in_the_database_is_not_overtaken()
    {
        var tenant = new TenantId(Ids.Next());
        var deliveries = new Stub(_ => true);
        await using var lanes = deliveries.OpenLanes();
        var left = Entries(tenant, 3);
        var more = new DueEntry(tenant, left[0].JourneyId, new JourneyEntryId(Ids.Next()), left[0].ContactId, 0);
        deliveries.Due = new DueEntries(left, [new DueJourney(tenant, left[0].JourneyId, Limit: 3)]);
        await lanes.LoadDueAsync(default);
        lanes.Add([more]);
        Assert.That(() => deliveries.Saved, Is.EqualTo(3).After(10_000, 20));
        Assert.That(lanes.Known, Does.Not.Contain(more.Id), "There may be more before it.");
        deliveries.Due = new DueEntries([more], [new DueJourney(tenant, more.JourneyId, Limit: 3)]);
        await lanes.LoadDueAsync(default);
        Assert.That(() => deliveries.Saved, Is.EqualTo(4).After(10_000, 20));
    }

    [Test]
    public async Task A_tenant_with_more_journeys_than_a_look_goes_through_is_gone_through_in_several()
    {
        var tenant = new TenantId(Ids.Next());
        var deliveries = new Stub(_ => true);
        await using var lanes = deliveries.OpenLanes();
        DueJourney[] journeys = [.. Enumerable.Range(0, DeliveryLimits.MaxJourneysPerPoll).Select(_ => new DueJourney(tenant, new JourneyId(Ids.Next()), Limit: 10))];
        deliveries.Due = new DueEntries([], journeys);
        await lanes.LoadDueAsync(default);
        deliveries.Due = new DueEntries([], journeys[..1]);
        await lanes.LoadDueAsync(default);
        Assert.That(deliveries.After, Is.EqualTo(new Dictionary<TenantId, JourneyId> { [tenant] = journeys[^1].Id }));
        lanes.Add(Entries(tenant, 1));
        Assert.That(lanes.Known, Is.Empty, "Of journeys that were not looked at, some may be left.");
        await lanes.LoadDueAsync(default);
        Assert.That(deliveries.After, Is.Empty);
        lanes.Add(Entries(tenant, 1));
        Assert.That(lanes.Known, Is.Not.Empty);
    }

    [Test]
    public async Task However_many_are_sent_again_there_is_room_for_what_is_sent_for_the_first_time()
    {
        var tenant = new TenantId(Ids.Next());
        var deliveries = new Stub(_ => false);
        await using var lanes = deliveries.OpenLanes();
        var journeys = Enumerable.Range(0, 5).Select(_ => Entries(tenant, DeliveryLimits.MaxPerJourney)).ToList();
        deliveries.Due = new DueEntries([.. journeys.SelectMany(entries => entries).Select(entry => entry with { Redeliveries = 1 })],
            [.. journeys.Select(entries => new DueJourney(tenant, entries[0].JourneyId, DeliveryLimits.MaxPerJourney))]);
        await lanes.LoadDueAsync(default);
        Assert.That(lanes.Known, Has.Count.EqualTo(DeliveryLimits.MaxPerTenant / 2));
        DueEntry[] news = [.. journeys.Select(entries => entries[^1] with { Id = new JourneyEntryId(Ids.Next()) })];
        lanes.Add(news);
        Assert.That(lanes.Known, Is.SupersetOf(news.Select(entry => entry.Id)));
    }

    [Test]
    public async Task What_cannot_be_written_is_written_later_and_known_until_then()
    {
        var deliveries = new Stub(_ => true) { IsAway = true };
        await using var lanes = deliveries.OpenLanes();
        var entries = Entries(new TenantId(Ids.Next()), 3);
        lanes.Add(entries);
        Assert.That(() => deliveries.Refused, Is.Positive.After(10_000, 20));
        Assert.That(lanes.Known, Is.EquivalentTo(entries.Select(entry => entry.Id)), "Else what is due would be sent twice.");
        deliveries.IsAway = false;
        Assert.That(() => lanes.Known, Is.Empty.After(10_000, 20));
        Assert.That(deliveries.Saved, Is.EqualTo(3));
    }

    [Test]
    public async Task A_leader_that_ends_writes_what_became_of_its_webhooks_and_cancels_the_others()
    {
        var (dead, live) = (new TenantId(Ids.Next()), new TenantId(Ids.Next()));
        var deliveries = new Stub(tenant => tenant == live);
        var lanes = deliveries.OpenLanes();
        lanes.Add([.. Entries(live, 40), .. Entries(dead, 1)]);
        Assert.That(() => (deliveries.Begun, deliveries.UnderWay), Is.EqualTo((41, 1)).After(10_000, 5));
        await lanes.DisposeAsync();
        Assert.That(deliveries.Saved, Is.EqualTo(40));
    }

    /// <summary>Of one journey, each with a contact of its own.</summary>
    private static List<DueEntry> Entries(TenantId tenant, int count)
    {
        var journey = new JourneyId(Ids.Next());
        return [.. Enumerable.Range(0, count).Select(i => new DueEntry(tenant, journey, new JourneyEntryId(Ids.Next()), ContactId.Parse($"ctc_{i}"), 0))];
    }

    /// <summary>Targets that answer at once or never, and a database that has what it is told.</summary>
    private sealed class Stub(Predicate<TenantId> answers) : IDeliveries
    {
        private int _begun;
        private int _refused;
        private int _saved;
        private int _underWay;

        public DueEntries Due { get; set; } = new([], []);

        public IReadOnlyDictionary<TenantId, JourneyId>? After { get; private set; }

        /// <summary>Whether the database cannot be written to.</summary>
        public bool IsAway { get; set; }

        /// <summary>How many writes have failed.</summary>
        public int Refused => Volatile.Read(ref _refused);

        public int Begun => Volatile.Read(ref _begun);

        public int Saved => Volatile.Read(ref _saved);

        public int UnderWay => Volatile.Read(ref _underWay);

        public DeliveryLanes OpenLanes() => new EntryDelivery(
            this, Mock.Of<IWebhookBody>(), Mock.Of<IWebhookSender>(), Meters.Factory, TimeProvider.System, new RandomSource(1),
            NullLogger<EntryDelivery>.Instance).OpenLanes();

        public async Task<Webhook?> FindWebhookAsync(DueEntry entry, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _begun);
            if (!answers(entry.TenantId))
            {
                Interlocked.Increment(ref _underWay);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return null;
        }

        public Task<DueEntries> FindDueAsync(IReadOnlyCollection<JourneyEntryId> known, IReadOnlyDictionary<TenantId, JourneyId> after,
            CancellationToken cancellationToken)
        {
            After = after;
            return Task.FromResult(Due);
        }

        public Task SaveAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken)
        {
            if (IsAway)
            {
                Interlocked.Increment(ref _refused);
                throw new DatabaseUnavailableException("It is away.");
            }

            Interlocked.Add(ref _saved, attempts.Count);
            return Task.CompletedTask;
        }
    }
}
