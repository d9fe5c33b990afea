using Flownally.Application.ApiKeys;
using Flownally.Application.Sharing;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Caching.Memory;

namespace Flownally.Infrastructure.ApiKeys;

/// <summary>
/// Caches keys by the hash of their secret, with the limits of their tenant. PostgreSQL notifies about changes, and a changed key is
/// removed. Without a connection that listens, no key is cached. A long stream checks its key repeatedly without a query.
/// </summary>
internal sealed class ApiKeyCache(TimeProvider clock) : IListener, IDisposable
{
    /// <summary>Prefix of a notification about all keys of a tenant. Other notifications contain the hash of one key.</summary>
    private const string TenantChanged = "tenant ";

    private const long MaxBytes = 64 * 1024 * 1024;
    private const long MaxBytesPerTenant = 1024 * 1024;
    private const long MaxUnknownBytes = 4 * 1024 * 1024;

    /// <summary>Concurrent look-ups. A flood of unknown secrets must not take all sessions.</summary>
    private const int MaxConcurrentLookUps = 4;

    /// <summary>Unused keys leave the cache.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>How long an unknown secret is cached. Secrets are random, so no new key gets a secret that was looked up before.</summary>
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromSeconds(2);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MaxBytes });
    private readonly MemoryCache _unknown = new(new MemoryCacheOptions { SizeLimit = MaxUnknownBytes });
    private readonly CachedKeysByTenant _tenants = new(MaxBytesPerTenant);
    private readonly FairShares<AddressBlock> _lookUps = new(MaxConcurrentLookUps);
    private volatile bool _listening;
    private long _changes;

    public string Channel => "flownally_api_keys";

    /// <summary>Whether notifications arrive. Setting this property empties the cache.</summary>
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

    public async Task<KnownApiKey?> FindAsync(byte[] hash, AddressBlock from, Func<byte[], Task<KnownApiKey?>> load,
        CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(hash);
        if (TryGet(name, out var known))
        {
            return known;
        }

        using var share = await _lookUps.EnterAsync(from, cancellationToken);
        if (TryGet(name, out known))
        {
            return known;
        }

        var changes = Interlocked.Read(ref _changes);
        var key = await load(hash);
        if (key is null)
        {
            _unknown.Set(name, name, Expiring(UnknownLifetime, Size(name)));
        }
        else if (Listening)
        {
            Cache(name, key);
            if (Interlocked.Read(ref _changes) != changes)
            {
                _known.Remove(name); // the key may have changed while it was read
            }
        }

        return key;
    }

    /// <param name="payload">The hash of a changed key, in lower-case hexadecimal; or <c>tenant </c> and the id of a tenant whose limits
    /// changed.</param>
    public void OnNotification(string payload)
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

    private bool TryGet(string name, out KnownApiKey? known) => _known.TryGetValue(name, out known) || _unknown.TryGetValue(name, out _);

    private void Cache(string name, KnownApiKey key)
    {
        var (tenant, bytes, entry) = (key.Key.TenantId, Size(name, key), new object());
        foreach (var oldest in _tenants.Add(tenant, name, bytes, entry))
        {
            _known.Remove(oldest);
        }

        _known.Set(name, key, Expiring(Lifetime, bytes).RegisterPostEvictionCallback((_, _, _, _) => _tenants.Remove(tenant, name, entry)));
    }

    private MemoryCacheEntryOptions Expiring(TimeSpan lifetime, long size) =>
        new() { Size = size, AbsoluteExpiration = clock.GetUtcNow() + lifetime };

    /// <summary>The estimated bytes of an entry: its objects, the texts of the key and of its caller.</summary>
    private static long Size(string name, KnownApiKey? key = null)
    {
        var bytes = 300 + sizeof(char) * name.Length;
        return key is null ? bytes
            : bytes + 1_000 + sizeof(char) * (key.Key.Name?.Length ?? 0) + key.Key.Scopes.Sum(scope => 100 + sizeof(char) * scope.Length);
    }
}
