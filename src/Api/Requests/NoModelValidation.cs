using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;

namespace Flownally.Api.Requests;

/// <summary>
/// MVC has nothing to validate: values are judged as they are read, and commands by FluentValidation. Looking for more would cost
/// every call a twentieth of the service's time.
/// </summary>
internal sealed class NoModelValidation : IObjectModelValidator
{
    public void Validate(ActionContext actionContext, ValidationStateDictionary? validationState, string prefix, object? model)
    {
        // nothing, by design
    }
}
