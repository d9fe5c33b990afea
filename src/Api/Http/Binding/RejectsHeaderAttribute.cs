using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Flownally.Api.Http.Binding;

/// <summary>Refuses a header that other operations support and this one does not, so that no caller relies on it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RejectsHeaderAttribute(string name) : Attribute, IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (context.HttpContext.Request.Headers.ContainsKey(name))
        {
            context.Result = new ProblemResult(new ParameterInvalid(name, $"This operation does not support the header {name}."));
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
