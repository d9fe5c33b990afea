using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Refuses query parameters that the action does not have. If they were ignored, a misspelt filter would return all records.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RejectsUnknownParametersAttribute : Attribute, IAuthorizationFilter
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
        string[] unknown = [.. request.Query.Keys.Except(known, StringComparer.OrdinalIgnoreCase)]; // binding ignores case too
        if (unknown.Length > 0)
        {
            context.Result = new ProblemResult(new ParameterUnknown(unknown, known));
        }
    }
}
