using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Database;

/// <summary>
/// For whom a statement speaks. Every statement names it, so that row-level security can be switched on in
/// <see cref="Database"/> alone.
/// </summary>
internal readonly struct TenantScope
{
    /// <summary>For operators and for what comes before a tenant is known, such as looking up a key.</summary>
    public static readonly TenantScope All = new([]);

    private TenantScope(Guid[] tenants) => Tenants = tenants;

    /// <summary>The tenants, each once; empty for all.</summary>
    public Guid[] Tenants { get; }

    /// <summary>For a statement that serves several tenants at once.</summary>
    public static TenantScope Of(IEnumerable<TenantId> tenants) => new([.. tenants.Select(tenant => tenant.Value).Distinct()]);

    public static implicit operator TenantScope(TenantId tenant) => new([tenant.Value]);
}
