using System.Security.Cryptography;

namespace Flownally.Domain;

/// <summary>Random numbers that need not be secret, such as the jitter of retries. Any number of threads may use it.</summary>
/// <param name="seed">Equal seeds give equal numbers. Null takes one that nobody can guess.</param>
public sealed class Chance(int? seed = null)
{
    private readonly Random _random = new(seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
    private readonly Lock _lock = new();

    /// <returns>At least 0, and less than 1.</returns>
    public double Next()
    {
        lock (_lock)
        {
            return _random.NextDouble();
        }
    }
}
