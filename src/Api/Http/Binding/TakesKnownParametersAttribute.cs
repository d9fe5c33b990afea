using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Flownally.Api.Http.Binding;

/// <summary>Refuses query parameters that the action does not have. A misspelt filter would otherwise show everything.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TakesKnownParametersAttribute : Attribute, IAuthorizationFilter
{
    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var request = context.HttpContext.Request;
        if (!request.QueryString.HasValue)
        {
            return;
        }

        string[] known = [.. context.ActionDescriptor.Parameters
            .Where(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query)
            .Select(parameter => parameter.BindingInfo!.BinderModelName ?? parameter.Name)];
        string[] unknown = [.. request.Query.Keys.Except(known, StringComparer.OrdinalIgnoreCase)]; // as binding compares them
        if (unknown.Length > 0)
        {
            context.Result = new ProblemResult(new ParameterUnknown(unknown, known));
        }
    }
}
