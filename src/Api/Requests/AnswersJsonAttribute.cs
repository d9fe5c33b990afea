using Flownally.Api.Problems;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Flownally.Api.Requests;

/// <summary>Refuses a caller that does not accept JSON before anything is done for it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AnswersJsonAttribute : Attribute, IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (AcceptHeader.Wish(context.HttpContext.Request, AcceptHeader.Json).Quality == 0)
        {
            context.Result = new ProblemResult(new NotAcceptable());
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
