using Flownally.Application.Authorization;
using Microsoft.AspNetCore.Authorization;

namespace Flownally.Api.Http.Authentication;

/// <summary>
/// Names the requests that an action sends. The requests declare the necessary scope and roles, so a call is refused before its body is
/// read.
/// </summary>
/// <param name="requests">One request, or several with the same declaration.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SendsAttribute(params Type[] requests) : Attribute, IAuthorizeData, IAuthorizationRequirementData
{
    public IReadOnlyList<Type> Requests => requests;

    public RequiresAttribute Required { get; } = RequiresAttribute.Of(requests[0]);

    public string? Policy { get; set; }

    public string? Roles { get; set; }

    public string? AuthenticationSchemes { get; set; }

    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new Requirement(Required)];

    private sealed class Requirement(RequiresAttribute required) : AuthorizationHandler<Requirement>, IAuthorizationRequirement
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
        {
            if (context.User is CallerPrincipal { Caller: var caller } && required.Refusal(caller) is null)
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }
}
