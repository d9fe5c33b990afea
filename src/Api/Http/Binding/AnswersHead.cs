using Microsoft.AspNetCore.Mvc.ActionConstraints;
using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace Flownally.Api.Http.Binding;

/// <summary>An action that takes GET takes HEAD, too (RFC 9110 §9.3.2). The server leaves out the body.</summary>
internal sealed class AnswersHead : IActionModelConvention
{
    public void Apply(ActionModel action)
    {
        foreach (var selector in action.Selectors.Where(selector => selector.ActionConstraints.OfType<HttpMethodActionConstraint>().Any(IsGet)))
        {
            string[] methods = [HttpMethods.Get, HttpMethods.Head];
            selector.ActionConstraints.Clear();
            selector.ActionConstraints.Add(new HttpMethodActionConstraint(methods));
            foreach (var metadata in selector.EndpointMetadata.OfType<HttpMethodMetadata>().ToList())
            {
                selector.EndpointMetadata.Remove(metadata);
            }

            selector.EndpointMetadata.Add(new HttpMethodMetadata(methods));
        }
    }

    private static bool IsGet(HttpMethodActionConstraint constraint) => constraint.HttpMethods.SequenceEqual([HttpMethods.Get]);
}
