using System.Text.Json;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Journeys;

namespace Flownally.Api.Tests.Journeys;

public sealed class ActivationCacheTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);

    private static readonly PayloadSchema Large = PayloadSchema.Parse(JsonElement.Parse($$"""{"description":"{{new string('x', 60_000)}}"}""")).Value;

    [Test]
    public void What_it_holds_of_a_tenant_is_bounded_and_displaces_nothing_of_another()
    {
        using var cache = new ActivationCache();
        var (small, large) = (new TenantId(Ids.Next()), new TenantId(Ids.Next()));
        var kept = Add(cache, small, null);
        for (var i = 0; i < 100; i++)
        {
            Add(cache, large, Large);
        }

        Assert.That(cache.BytesOf(large), Is.InRange(ActivationCache.MostBytesOfTenant / 2, ActivationCache.MostBytesOfTenant));
        Assert.That(cache.Find(kept), Is.Not.Null);
        Assert.That(cache.Find(Add(cache, large, Large)), Is.Null);
    }

    [Test]
    public void What_it_holds_of_all_is_bounded()
    {
        using var cache = new ActivationCache();
        TenantId[] tenants = [.. Enumerable.Range(0, 20).Select(_ => new TenantId(Ids.Next()))];
        foreach (var tenant in Enumerable.Repeat(tenants, 10).SelectMany(some => some))
        {
            Add(cache, tenant, Large);
        }

        Assert.That(() => tenants.Sum(cache.BytesOf), Is.InRange(1, ActivationCache.MostBytes).After(5_000, 20));
    }

    private static IntervalKey Add(ActivationCache cache, TenantId tenant, PayloadSchema? filter)
    {
        var key = new IntervalKey(tenant, new JourneyId(Ids.Next()), 1);
        cache.Add(key, new JourneyActivation(new TriggerConfig(new EventTypeId(Ids.Next()), filter), EntryMode.Once));
        return key;
    }
}
