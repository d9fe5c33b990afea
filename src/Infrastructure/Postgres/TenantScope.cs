using Dapper;
using Flownally.Domain.Tenants;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>The tenants of a statement. This type creates every command, so row-level security could be enabled here.</summary>
internal readonly struct TenantScope
{
    /// <summary>For operators, and for statements that run before the tenant is known, such as the look-up of a key.</summary>
    public static readonly TenantScope All = new([]);

    private TenantScope(Guid[] tenants) => Tenants = tenants;

    /// <summary>The tenants without duplicates; empty for all.</summary>
    public Guid[] Tenants { get; }

    /// <summary>For a statement about several tenants.</summary>
    public static TenantScope Of(IEnumerable<TenantId> tenants) => new([.. tenants.Select(tenant => tenant.Value).Distinct()]);

    /// <summary>A command with its tenants as <c>@tenant_id</c> (one tenant) and <c>@tenant_ids</c> (any number).</summary>
    /// <param name="seconds">The timeout; 0 for none.</param>
    public CommandDefinition Command(
        string sql, object? parameters, NpgsqlTransaction? transaction, int seconds, CancellationToken cancellationToken)
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
