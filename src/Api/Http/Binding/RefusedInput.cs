using Flownally.Domain;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Flownally.Api.Http.Binding;

/// <summary>Carries an error through MVC's model state, which accepts exceptions. It is never thrown.</summary>
internal sealed class RefusedInput(Error error) : Exception(error.Code)
{
    public Error Error { get; } = error;

    public static void Add(ModelStateDictionary state, string name, Error error) =>
        state.TryAddModelException(name, new RefusedInput(error));

    /// <summary>The first error that binding reported.</summary>
    public static Error In(ModelStateDictionary state) =>
        state.Values.SelectMany(entry => entry.Errors).Select(error => error.Exception).OfType<RefusedInput>().First().Error;
}
