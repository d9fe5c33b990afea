using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Caching;

namespace Flownally.Api.Tests.Caching;

public sealed class TenantCacheTests
{
    private const long MostBytes = 8_000_000;

    private static readonly IdGenerator Ids = new(TimeProvider.System);

    [Test]
    public void What_it_holds_of_a_tenant_is_bounded_and_displaces_nothing_of_another()
    {
        using var cache = new TenantCache<Guid, string>(MostBytes);
        var (small, large) = (new TenantId(Ids.Next()), new TenantId(Ids.Next()));
        var kept = Add(cache, small, 1_000);
        for (var i = 0; i < 100; i++)
        {
            Add(cache, large, 60_000);
            Assert.That(cache.BytesOf(large), Is.LessThanOrEqualTo(cache.MaxBytesPerTenant));
        }

        Assert.That(cache.Find(kept), Is.Not.Null);
        Assert.That(cache.Find(Add(cache, large, 60_000)), Is.Not.Null);
    }

    [Test]
    public void What_it_holds_of_all_is_bounded()
    {
        using var cache = new TenantCache<Guid, string>(MostBytes);
        TenantId[] tenants = [.. Enumerable.Range(0, 20).Select(_ => new TenantId(Ids.Next()))];
        foreach (var tenant in Enumerable.Repeat(tenants, 10).SelectMany(some => some))
        {
            Add(cache, tenant, 60_000);
        }

        Assert.That(() => tenants.Sum(cache.BytesOf), Is.InRange(1, MostBytes).After(5_000, 20));
    }

    private static Guid Add(TenantCache<Guid, string> cache, TenantId tenant, long weight)
    {
        var key = Ids.Next();
        cache.Add(tenant, key, "", weight);
        return key;
    }
}
