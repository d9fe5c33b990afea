using Flownally.Domain.ApiKeys;
using Flownally.Infrastructure.Database;
using Microsoft.Extensions.Caching.Memory;

namespace Flownally.Infrastructure.ApiKeys;

/// <summary>
/// Remembers keys by the hash of their secret. A revoked key is dropped when PostgreSQL says so; while nobody listens to it,
/// nothing is remembered. So a key of a stream that stays open is looked at again and again without a query.
/// </summary>
internal sealed class ApiKeyCache(TimeProvider clock) : IListener, IDisposable
{
    /// <summary>Keys that are used no more make room.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private volatile bool _listening;
    private long _revocations;

    public string Channel => "flownally_api_keys";

    /// <summary>Whether revocations are being heard. A change of it empties the cache.</summary>
    public bool Listening
    {
        get => _listening;
        set
        {
            Interlocked.Increment(ref _revocations);
            _listening = value;
            _cache.Clear();
        }
    }

    public async Task<ApiKey?> FindAsync(byte[] hash, Func<byte[], Task<ApiKey?>> load)
    {
        var name = Convert.ToHexStringLower(hash);
        if (_cache.TryGetValue(name, out ApiKey? known))
        {
            return known;
        }

        var revocations = Interlocked.Read(ref _revocations);
        var key = await load(hash);
        if (key is not null && Listening)
        {
            _cache.Set(name, key, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = clock.GetUtcNow() + Lifetime });
            if (Interlocked.Read(ref _revocations) != revocations)
            {
                _cache.Remove(name); // it may be the one that was revoked while it was being read
            }
        }

        return key;
    }

    /// <param name="payload">The hash of a key that was changed, in lower-case hexadecimal.</param>
    public void Hear(string payload)
    {
        Interlocked.Increment(ref _revocations);
        _cache.Remove(payload);
    }

    public void Dispose() => _cache.Dispose();
}
