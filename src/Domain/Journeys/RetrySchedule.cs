namespace Flownally.Domain.Journeys;

/// <summary>
/// The schedule of retries: 11 attempts within about a day, with waits that grow to 8 hours. Each wait varies by ±20 %, so that
/// webhooks that failed together are not retried together. Full jitter spreads the load better, but could shorten the day to nothing.
/// (Standard Webhooks 1.0, "Deliverability and reliability"; "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.)
/// </summary>
public static class RetrySchedule
{
    /// <summary>The longest wait that a target can ask for by <c>Retry-After</c>; longer values count as this.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromDays(1);

    private const double Jitter = 0.2;

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(8),
    ];

    /// <summary>The number of attempts, including the first.</summary>
    public static int MaxAttempts => Waits.Length + 1;

    /// <summary>The wait after a failed attempt; null after the last attempt.</summary>
    /// <param name="attempts">The number of attempts so far, at least 1.</param>
    /// <param name="random">A random number from 0 to 1.</param>
    /// <param name="retryAfter">The <c>Retry-After</c> of the target: the wait is at least as long, and up to 20 % longer.</param>
    public static TimeSpan? After(int attempts, double random, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        if (random is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(random), random, "A number from 0 to 1 is expected.");
        }

        if (attempts >= MaxAttempts)
        {
            return null;
        }

        var scheduled = Waits[attempts - 1] * (1 - Jitter + (2 * Jitter * random));
        var requested = (retryAfter > MaxRetryAfter ? MaxRetryAfter : retryAfter ?? TimeSpan.Zero) * (1 + (Jitter * random));
        return requested > scheduled ? requested : scheduled;
    }
}
