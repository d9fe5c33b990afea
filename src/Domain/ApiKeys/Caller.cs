using Flownally.Domain.Tenants;

namespace Flownally.Domain.ApiKeys;

/// <summary>For which tenant a request acts, what it may do, and how much of it.</summary>
public sealed class Caller
{
    private readonly HashSet<string> _scopes;

    private Caller(TenantId tenant, ApiKeyId? key, Role role, IEnumerable<string> scopes, TenantLimits limits) =>
        (TenantId, KeyId, Role, _scopes, Limits) = (tenant, key, role, new HashSet<string>(scopes, StringComparer.Ordinal), limits);

    public TenantId TenantId { get; }

    /// <summary>Null for an operator.</summary>
    public ApiKeyId? KeyId { get; }

    public Role Role { get; }

    public IReadOnlySet<string> Scopes => _scopes;

    public TenantLimits Limits { get; }

    public static Caller With(ApiKey key, TenantLimits limits) => new(key.TenantId, key.Id, key.Role, key.Scopes, limits);

    /// <summary>Who runs the service: may do everything, without limits.</summary>
    public static Caller Operator(TenantId tenant) => new(tenant, key: null, Role.Owner, ApiKeys.Scopes.All, TenantLimits.None);

    /// <summary>Whether a request is denied that needs a scope and one of some roles.</summary>
    /// <returns>The refusal, or null.</returns>
    public Error? Forbids(string scope, IReadOnlyList<Role> roles)
    {
        if (!roles.Contains(Role))
        {
            return new RoleNotAllowed(Role, roles);
        }

        return _scopes.Contains(scope) ? null : new ScopeMissing(scope);
    }
}
