using System.Security.Claims;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Http.Authentication;

/// <summary>A caller as an ASP.NET Core principal. It is created once for a cached key.</summary>
internal sealed class CallerPrincipal(Caller caller) : ClaimsPrincipal(new ClaimsIdentity(ClaimsOf(caller), ApiKeyAuthentication.Scheme))
{
    public Caller Caller => caller;

    private static IEnumerable<Claim> ClaimsOf(Caller caller) =>
    [
        new("tenant", caller.TenantId.ToString()),
        new(ClaimTypes.NameIdentifier, caller.KeyId.ToString()!),
        new(ClaimTypes.Role, caller.Role.Text()),
        .. caller.Scopes.Select(scope => new Claim("scope", scope)),
    ];
}
