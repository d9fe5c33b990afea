using Flownally.Application.ApiKeys;
using Flownally.Application.Sharing;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Caching.Memory;

namespace Flownally.Infrastructure.ApiKeys;

/// <summary>
/// Remembers keys by the hash of their secret, with the limits of their tenant. What changes is dropped when PostgreSQL says so; while
/// nobody listens to it, no key is remembered. So a key of a stream that stays open is looked at again and again without a query.
/// </summary>
internal sealed class ApiKeyCache(TimeProvider clock) : IListener, IDisposable
{
    /// <summary>How a notification that is about all keys of a tenant begins; else it is about the one whose hash it is.</summary>
    private const string TenantChanged = "tenant ";

    private const long MaxBytes = 64 * 1024 * 1024;
    private const long MaxBytesOfTenant = 1024 * 1024;
    private const long MaxBytesOfUnknown = 4 * 1024 * 1024;

    /// <summary>How many look-ups may be made at once: a flood of secrets that nobody knows must not take all sessions.</summary>
    private const int LookUps = 4;

    /// <summary>Keys that are used no more make room.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>For how long it is remembered that there is no such key. Secrets are random, so none is made that was asked for before.</summary>
    private static readonly TimeSpan LifetimeOfUnknown = TimeSpan.FromSeconds(2);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MaxBytes });
    private readonly MemoryCache _unknown = new(new MemoryCacheOptions { SizeLimit = MaxBytesOfUnknown });
    private readonly KeysOfTenants _tenants = new(MaxBytesOfTenant);
    private readonly FairShares<AddressBlock> _lookUps = new(LookUps);
    private volatile bool _listening;
    private long _changes;

    public string Channel => "flownally_api_keys";

    /// <summary>Whether changes are being heard. A change of it empties the cache.</summary>
    public bool Listening
    {
        get => _listening;
        set
        {
            Interlocked.Increment(ref _changes);
            _listening = value;
            _known.Clear();
        }
    }

    public async Task<KnownApiKey?> FindAsync(byte[] hash, AddressBlock from, Func<byte[], Task<KnownApiKey?>> load, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(hash);
        if (IsDecided(name, out var known))
        {
            return known;
        }

        using var place = await _lookUps.EnterAsync(from, cancellationToken);
        if (IsDecided(name, out known))
        {
            return known;
        }

        var changes = Interlocked.Read(ref _changes);
        var key = await load(hash);
        if (key is null)
        {
            _unknown.Set(name, name, Expiring(LifetimeOfUnknown, Size(name)));
        }
        else if (Listening)
        {
            Remember(name, key);
            if (Interlocked.Read(ref _changes) != changes)
            {
                _known.Remove(name); // it may be the one that was changed while it was being read
            }
        }

        return key;
    }

    /// <param name="payload">The hash of a key that was changed, in lower-case hexadecimal; or the tenant whose limits were.</param>
    public void Hear(string payload)
    {
        Interlocked.Increment(ref _changes);
        if (!payload.StartsWith(TenantChanged, StringComparison.Ordinal))
        {
            _known.Remove(payload);
            return;
        }

        foreach (var name in _tenants.Of(new TenantId(Guid.Parse(payload.AsSpan(TenantChanged.Length)))))
        {
            _known.Remove(name);
        }
    }

    public void Dispose()
    {
        _known.Dispose();
        _unknown.Dispose();
    }

    private bool IsDecided(string name, out KnownApiKey? known) => _known.TryGetValue(name, out known) || _unknown.TryGetValue(name, out _);

    private void Remember(string name, KnownApiKey key)
    {
        var (tenant, bytes, holder) = (key.Key.TenantId, Size(name, key), new object());
        foreach (var oldest in _tenants.Add(tenant, name, bytes, holder))
        {
            _known.Remove(oldest);
        }

        _known.Set(name, key, Expiring(Lifetime, bytes).RegisterPostEvictionCallback((_, _, _, _) => _tenants.Remove(tenant, name, holder)));
    }

    private MemoryCacheEntryOptions Expiring(TimeSpan lifetime, long size) => new() { Size = size, AbsoluteExpiration = clock.GetUtcNow() + lifetime };

    /// <summary>About how many bytes an entry takes: its objects, the key's texts twice, and what is made of it for calls.</summary>
    private static long Size(string name, KnownApiKey? key = null) =>
        300 + sizeof(char) * name.Length + (key is null ? 0 : 1_000 + sizeof(char) * (key.Key.Name?.Length ?? 0) + key.Key.Scopes.Sum(scope => 100 + sizeof(char) * scope.Length));
}
