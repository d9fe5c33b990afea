using Flownally.Domain.Tenants;

namespace Flownally.Domain.ApiKeys;

/// <summary>The sender of a request: its tenant, role, scopes and limits.</summary>
public sealed class Caller
{
    private readonly HashSet<string> _scopes;

    private Caller(TenantId tenant, ApiKeyId? key, Role role, IEnumerable<string> scopes, TenantLimits limits) =>
        (TenantId, KeyId, Role, _scopes, Limits) = (tenant, key, role, new(scopes, StringComparer.Ordinal), limits);

    public TenantId TenantId { get; }

    /// <summary>Null for an operator.</summary>
    public ApiKeyId? KeyId { get; }

    public Role Role { get; }

    public IReadOnlySet<string> Scopes => _scopes;

    public TenantLimits Limits { get; }

    public static Caller With(ApiKey key, TenantLimits limits) => new(key.TenantId, key.Id, key.Role, key.Scopes, limits);

    /// <summary>An operator of the service, with all scopes and without limits.</summary>
    public static Caller Operator(TenantId tenant) => new(tenant, key: null, Role.Owner, ApiKeys.Scopes.All, TenantLimits.None);

    /// <returns>The reason why the caller may not send a request that needs this scope and one of these roles, or null if it may.</returns>
    public Error? Refusal(string scope, IReadOnlyList<Role> roles)
    {
        if (!roles.Contains(Role))
        {
            return new RoleNotAllowed(Role, roles);
        }

        return _scopes.Contains(scope) ? null : new ScopeMissing(scope);
    }
}
