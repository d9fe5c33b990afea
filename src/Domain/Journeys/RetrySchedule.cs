namespace Flownally.Domain.Journeys;

/// <summary>
/// When a webhook that was not delivered is tried again: 11 attempts, the last about a day after the first, each wait longer than
/// the one before until it is 8 hours. Waits vary by a fifth both ways, so that what failed together does not come back together;
/// more ("full jitter") spreads load better, but would let the day shrink to nothing.
/// (Standard Webhooks 1.0, "Deliverability and reliability"; "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.)
/// </summary>
public static class RetrySchedule
{
    /// <summary>The longest that a receiver's <c>Retry-After</c> is heeded for.</summary>
    public static readonly TimeSpan LongestAsked = TimeSpan.FromDays(1);

    private const double Jitter = 0.2;

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(8),
    ];

    /// <summary>How many attempts there are, the first included.</summary>
    public static int MaxAttempts => Waits.Length + 1;

    /// <summary>How long to wait after an attempt that failed; null says that it was the last.</summary>
    /// <param name="attempts">How many attempts were made, this one included: 1 or more.</param>
    /// <param name="chance">A random number from 0 to 1.</param>
    /// <param name="asked">
    /// What the receiver asked for: the wait is as long at least, counting a day at most, and up to a fifth longer.
    /// </param>
    public static TimeSpan? After(int attempts, double chance, TimeSpan? asked = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        if (chance is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(chance), chance, "Chance runs from 0 to 1.");
        }

        if (attempts >= MaxAttempts)
        {
            return null;
        }

        var planned = Waits[attempts - 1] * (1 - Jitter + (2 * Jitter * chance));
        var heeded = (asked > LongestAsked ? LongestAsked : asked ?? TimeSpan.Zero) * (1 + (Jitter * chance));
        return heeded > planned ? heeded : planned;
    }
}
