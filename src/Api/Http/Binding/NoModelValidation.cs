using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// MVC has nothing to validate: values are judged as they are read, and commands by FluentValidation. Looking for more would cost
/// every call a twentieth of the service's time.
/// </summary>
internal sealed class NoModelValidation : IObjectModelValidator
{
    public void Validate(ActionContext actionContext, ValidationStateDictionary? validationState, string prefix, object? model)
    {
        foreach (var (_, value) in actionContext.ModelState.FindKeysWithPrefix(prefix))
        {
            if (value.ValidationState == ModelValidationState.Unvalidated)
            {
                value.ValidationState = ModelValidationState.Skipped; // else it would count as refused
            }
        }
    }
}
