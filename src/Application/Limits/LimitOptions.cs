using Flownally.Domain.Tenants;

namespace Flownally.Application.Limits;

/// <summary>The section <c>Limits</c> of the configuration.</summary>
public sealed class LimitOptions
{
    /// <summary>The limits of tenants without limits of their own. By default no rate is limited.</summary>
    public TenantLimits Tenants { get; set; } = new(new Dictionary<TenantLimit, int?>
    {
        [TenantLimit.EventTypes] = 1_000,
        [TenantLimit.Journeys] = 10_000,
        [TenantLimit.ActiveJourneysPerType] = 200,
    });

    /// <summary>Limit of the calls per network that get 401 for an invalid key; null for no limit.</summary>
    public RateLimit? FailedAuthentications { get; set; } = new(PerSecond: 20, Burst: 100);
}
