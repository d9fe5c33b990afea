namespace Flownally.Domain.Tenants;

/// <summary>The limits of a tenant. Each is 1 to <see cref="Max"/>, or null for no limit.</summary>
public sealed class TenantLimits
{
    public const int Max = 1_000_000;

    public static readonly TenantLimits None = new(new Dictionary<TenantLimit, int?>());

    private readonly IReadOnlyDictionary<TenantLimit, int?> _values;

    public TenantLimits(IReadOnlyDictionary<TenantLimit, int?> values)
    {
        _values = values;
        Events = Rate(TenantLimit.EventsPerSecond, TenantLimit.EventsBurst);
        Calls = Rate(TenantLimit.CallsPerSecond, TenantLimit.CallsBurst);
        HasCallLimits = (Events, Calls) is not (null, null) || this[TenantLimit.ConcurrentCalls] is not null
            || this[TenantLimit.Streams] is not null;
    }

    /// <summary>The limit of recorded events.</summary>
    public RateLimit? Events { get; }

    public RateLimit? Calls { get; }

    /// <summary>Whether any limit of rate or concurrency is set; the limits of stored resources do not count.</summary>
    public bool HasCallLimits { get; }

    public int? this[TenantLimit limit] => _values.GetValueOrDefault(limit);

    /// <summary>Replaces some limits.</summary>
    public TenantLimits With(IReadOnlyDictionary<TenantLimit, int?> changes)
    {
        if (changes.Count == 0)
        {
            return this;
        }

        var values = _values.ToDictionary();
        foreach (var (limit, value) in changes)
        {
            values[limit] = value;
        }

        return new TenantLimits(values);
    }

    private RateLimit? Rate(TenantLimit perSecond, TenantLimit burst) =>
        this[perSecond] is { } rate ? new RateLimit(rate, this[burst] ?? rate) : null;
}

/// <param name="PerSecond">The average per second in the long run.</param>
/// <param name="Burst">The maximum at once after a pause.</param>
public readonly record struct RateLimit(int PerSecond, int Burst)
{
    /// <summary>Seconds of pause after which the whole burst is available again, rounded up, at least 1.</summary>
    public int Window => (Burst + PerSecond - 1) / PerSecond;
}
