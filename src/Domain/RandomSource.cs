using System.Security.Cryptography;

namespace Flownally.Domain;

/// <summary>Random numbers that need not be secret, such as the jitter of retries. Thread-safe.</summary>
/// <param name="seed">Equal seeds give equal numbers; null takes a random seed.</param>
public sealed class RandomSource(int? seed = null)
{
    private readonly Random _random = new(seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
    private readonly Lock _lock = new();

    /// <returns>A number from 0 (inclusive) to 1 (exclusive).</returns>
    public double Next()
    {
        lock (_lock)
        {
            return _random.NextDouble();
        }
    }
}
