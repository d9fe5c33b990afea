using Microsoft.AspNetCore.Mvc.ActionConstraints;
using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace Flownally.Api.Http.Binding;

/// <summary>Each action for GET also accepts HEAD (RFC 9110 §9.3.2). The server omits the body.</summary>
internal sealed class HeadForGetConvention : IActionModelConvention
{
    public void Apply(ActionModel action)
    {
        foreach (var selector in action.Selectors.Where(AcceptsGet))
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

    private static bool AcceptsGet(SelectorModel selector) => selector.ActionConstraints.OfType<HttpMethodActionConstraint>()
        .Any(constraint => constraint.HttpMethods.SequenceEqual([HttpMethods.Get]));
}
