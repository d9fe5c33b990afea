using Flownally.Domain.Tenants;

namespace Flownally.Application.Limits;

/// <summary>The section <c>Limits</c> of the configuration.</summary>
public sealed class LimitOptions
{
    /// <summary>What holds for a tenant that has no limits of its own. No rate is limited unless an operator asks for it.</summary>
    public TenantLimits Tenants { get; set; } = new(new Dictionary<TenantLimit, int?>
    {
        [TenantLimit.EventTypes] = 1_000,
        [TenantLimit.Journeys] = 10_000,
        [TenantLimit.ActiveJourneysPerType] = 200,
    });

    /// <summary>Of one address: how many calls without a valid key get 401; null for all.</summary>
    public RateLimit? FailedAuthentications { get; set; } = new(PerSecond: 20, Burst: 100);
}
