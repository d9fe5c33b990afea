using Dapper;
using Flownally.Domain.Tenants;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// For whom a statement speaks. Every statement is made by one, so that row-level security can be switched on here alone.
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

    /// <summary>A statement that finds its tenants as <c>@tenant_id</c> (one tenant) and <c>@tenant_ids</c> (any number).</summary>
    /// <param name="seconds">After which it is cancelled; 0 for never.</param>
    public CommandDefinition Command(string sql, object? parameters, NpgsqlTransaction? transaction, int seconds, CancellationToken cancellationToken)
    {
        var all = new DynamicParameters(parameters);
        if (Tenants is [var tenant])
        {
            all.Add("tenant_id", tenant);
        }

        if (Tenants.Length > 0)
        {
            all.Add("tenant_ids", Tenants);
        }

        return new CommandDefinition(sql, all, transaction, seconds, cancellationToken: cancellationToken);
    }

    public static implicit operator TenantScope(TenantId tenant) => new([tenant.Value]);
}
