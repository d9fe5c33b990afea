using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Refuses a caller that does not accept JSON, nor what else the action answers in, before anything is done for it: as a filter of the
/// first kind, whose stage each call passes anyway.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AnswersJsonAttribute : Attribute, IAuthorizationFilter
{
    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var request = context.HttpContext.Request;
        var streams = context.HttpContext.GetEndpoint()!.Metadata.GetMetadata<AnswersEventStreamAttribute>() is not null;
        if (AcceptHeader.Wish(request, AcceptHeader.Json).Quality == 0 && !(streams && AnswersEventStreamAttribute.IsWanted(request)))
        {
            context.Result = new ProblemResult(new NotAcceptable());
        }
    }
}
