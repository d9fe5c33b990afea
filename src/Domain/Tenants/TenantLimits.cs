namespace Flownally.Domain.Tenants;

/// <summary>How much a tenant may ask of the service. Each limit is 1 to <see cref="Max"/>, or null where there is none.</summary>
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
        HasLimitOfCalls = (Events, Calls) is not (null, null) || this[TenantLimit.ConcurrentCalls] is not null || this[TenantLimit.Streams] is not null;
    }

    /// <summary>How many events may be recorded.</summary>
    public RateLimit? Events { get; }

    public RateLimit? Calls { get; }

    /// <summary>Whether a call can run into a limit other than one of number.</summary>
    public bool HasLimitOfCalls { get; }

    public int? this[TenantLimit limit] => _values.GetValueOrDefault(limit);

    /// <summary>The limits that hold where some of them are others.</summary>
    public TenantLimits With(IReadOnlyDictionary<TenantLimit, int?> others)
    {
        if (others.Count == 0)
        {
            return this;
        }

        var values = _values.ToDictionary();
        foreach (var (limit, value) in others)
        {
            values[limit] = value;
        }

        return new TenantLimits(values);
    }

    private RateLimit? Rate(TenantLimit perSecond, TenantLimit burst) =>
        this[perSecond] is { } rate ? new RateLimit(rate, this[burst] ?? rate) : null;
}

/// <param name="PerSecond">How many are allowed in each second, in the long run.</param>
/// <param name="Burst">How many are allowed at once after a rest.</param>
public readonly record struct RateLimit(int PerSecond, int Burst)
{
    /// <summary>How long a rest must be for the whole burst: whole seconds, at least 1.</summary>
    public int Window => (Burst + PerSecond - 1) / PerSecond;
}
