using Flownally.Application.ApiKeys;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.ApiKeys;

namespace Flownally.Api.Tests.Http.Authentication;

public sealed class ApiKeyCacheTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);

    [Test]
    public async Task A_key_is_loaded_once()
    {
        using var loads = new Loads();
        var key = Key(NewTenant());
        Assert.That(await loads.FindAsync(1, key), Is.SameAs(key));
        Assert.That(await loads.FindAsync(1, key), Is.SameAs(key));
        Assert.That(loads.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_hash_that_nobody_knows_is_looked_up_once_in_a_while()
    {
        using var loads = new Loads();
        for (var i = 0; i < 100; i++)
        {
            Assert.That(await loads.FindAsync(1, null), Is.Null);
        }

        Assert.That(loads.Count, Is.EqualTo(1));
        await Assert.ThatAsync(() => loads.FindAsync(1, Key(NewTenant())), Is.Not.Null.After(10_000, 100));
    }

    [Test]
    public async Task All_keys_of_a_tenant_whose_limits_change_are_loaded_again_and_no_others()
    {
        using var loads = new Loads();
        var (one, other) = (NewTenant(), NewTenant());
        await loads.FindAsync(1, Key(one));
        await loads.FindAsync(2, Key(one));
        await loads.FindAsync(3, Key(other));
        loads.Cache.OnNotification($"tenant {one.Value}");
        await loads.FindAsync(1, Key(one));
        await loads.FindAsync(2, Key(one));
        await loads.FindAsync(3, Key(other));
        Assert.That(loads.Count, Is.EqualTo(5));
    }

    [Test]
    public async Task A_tenant_with_very_many_keys_pushes_out_its_own_and_no_others()
    {
        const int Many = 3_000;
        using var loads = new Loads();
        var (large, small) = (NewTenant(), NewTenant());
        await loads.FindAsync(-1, Key(small));
        for (var i = 0; i < Many; i++)
        {
            await loads.FindAsync(i, Key(large));
        }

        await loads.FindAsync(-1, Key(small));
        await loads.FindAsync(Many - 1, Key(large));
        Assert.That(loads.Count, Is.EqualTo(1 + Many));
        await loads.FindAsync(0, Key(large));
        Assert.That(loads.Count, Is.EqualTo(1 + Many + 1));
    }

    [Test]
    public async Task Nothing_is_remembered_while_nobody_hears_of_changes()
    {
        using var loads = new Loads();
        loads.Cache.Listening = false;
        await loads.FindAsync(1, Key(NewTenant()));
        await loads.FindAsync(1, Key(NewTenant()));
        Assert.That(loads.Count, Is.EqualTo(2));
    }

    private static TenantId NewTenant() => new(Ids.Next());

    private static KnownApiKey Key(TenantId tenant)
    {
        var key = new ApiKey { Id = new ApiKeyId(Ids.Next()), TenantId = tenant, Role = Role.Owner, Scopes = Scopes.All, CreatedAt = default };
        return new KnownApiKey(key, Caller.With(key, TenantLimits.None));
    }

    private sealed class Loads : IDisposable
    {
        public ApiKeyCache Cache { get; } = new(TimeProvider.System) { Listening = true };

        public int Count { get; private set; }

        public Task<KnownApiKey?> FindAsync(int hash, KnownApiKey? stored) => Cache.FindAsync(BitConverter.GetBytes(hash), AddressBlock.Local, _ =>
        {
            Count++;
            return Task.FromResult(stored);
        }, CancellationToken.None);

        public void Dispose() => Cache.Dispose();
    }
}
