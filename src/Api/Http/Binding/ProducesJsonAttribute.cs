using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Refuses a caller that accepts neither JSON nor the action's other media type, before the action runs. It is an authorization filter,
/// because each call passes that stage anyway.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ProducesJsonAttribute : Attribute, IAuthorizationFilter
{
    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var request = context.HttpContext.Request;
        var streams = context.HttpContext.GetEndpoint()!.Metadata.GetMetadata<ProducesEventStreamAttribute>() is not null;
        if (AcceptHeader.Preference(request, AcceptHeader.Json).Quality == 0
            && !(streams && ProducesEventStreamAttribute.IsPreferred(request)))
        {
            context.Result = new ProblemResult(new NotAcceptable());
        }
    }
}
