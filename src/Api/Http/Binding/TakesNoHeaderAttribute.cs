using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Flownally.Api.Http.Binding;

/// <summary>Refuses a header that other operations know and this one does not, so that nobody relies on it in vain.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TakesNoHeaderAttribute(string name) : Attribute, IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (context.HttpContext.Request.Headers.ContainsKey(name))
        {
            context.Result = new ProblemResult(new ParameterInvalid(name, $"This operation does not take the header {name}."));
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
