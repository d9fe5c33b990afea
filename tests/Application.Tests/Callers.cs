using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Tests;

internal static class Callers
{
    /// <summary>For handlers, which ask nobody who they are: that is decided before.</summary>
    public static readonly Caller Operator = Caller.Operator(default);

    /// <summary>Calls with a key.</summary>
    public static readonly Caller WithKey = Of(Role.Owner, Scopes.All, TenantLimits.None);

    public static Caller Of(Role role, IReadOnlyList<string> scopes, TenantLimits limits) => Caller.With(new ApiKey
    {
        Id = new ApiKeyId(Guid.AllBitsSet),
        TenantId = default,
        Role = role,
        Scopes = scopes,
        CreatedAt = default,
    }, limits);

    public static Caller Limited(TenantLimit limit, int value) =>
        Of(Role.Owner, Scopes.All, new TenantLimits(new Dictionary<TenantLimit, int?> { [limit] = value }));
}
