using System.Text.RegularExpressions;
using Flownally.Api.Problems;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Ids;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Primitives;

namespace Flownally.Api.Requests;

/// <summary>Binds values of our own that are text, from path, query and header.</summary>
internal sealed class TextModelBinderProvider : IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context)
    {
        var type = context.Metadata.UnderlyingOrModelType;
        if (type.Namespace?.StartsWith("Flownally.", StringComparison.Ordinal) != true || !Is(typeof(IParsable<>)))
        {
            return null;
        }

        if (type == typeof(IdempotencyKey))
        {
            return new IdempotencyKeyBinder();
        }

        var binder = context.BindingInfo.BindingSource == BindingSource.Path && Is(typeof(IResourceId<>))
            ? typeof(ResourceIdBinder<>)
            : typeof(TextModelBinder<>);
        return (IModelBinder)Activator.CreateInstance(binder.MakeGenericType(type))!;

        bool Is(Type contract) => type.GetInterfaces().Any(known => known.IsGenericType && known.GetGenericTypeDefinition() == contract);
    }
}

/// <summary>A wrong value is <see cref="ParameterInvalid"/>, as are an empty one and one that is given twice.</summary>
internal class TextModelBinder<T> : IModelBinder where T : struct, IParsable<T>
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var values = bindingContext.BindingSource == BindingSource.Header
            ? bindingContext.HttpContext.Request.Headers[bindingContext.FieldName]
            : bindingContext.ValueProvider.GetValue(bindingContext.ModelName).Values;
        if (values.Count > 0)
        {
            Bind(bindingContext, values);
        }

        return Task.CompletedTask;
    }

    /// <summary>The value that the text on the wire stands for.</summary>
    protected virtual string Decode(string text) => text;

    protected virtual Error Refusal(string name, string text, string rule) => new ParameterInvalid(name, rule);

    private void Bind(ModelBindingContext context, StringValues values)
    {
        try
        {
            if (values.Count > 1)
            {
                throw new FormatException($"{context.FieldName} is given once.");
            }

            context.Result = ModelBindingResult.Success(T.Parse(Decode(values.ToString()), null));
        }
        catch (FormatException exception)
        {
            RefusedInput.Add(context.ModelState, context.ModelName, Refusal(context.FieldName, values.ToString(), exception.Message));
        }
    }
}

/// <summary>The header Idempotency-Key: its value stands bare or as a string of RFC 8941 §3.3.3.</summary>
internal sealed partial class IdempotencyKeyBinder : TextModelBinder<IdempotencyKey>
{
    protected override string Decode(string text)
    {
        if (!text.StartsWith('"'))
        {
            return text;
        }

        return QuotedString().Match(text) is { Success: true } quoted
            ? Escape().Replace(quoted.Groups[1].Value, "$1")
            : throw new FormatException("The value begins with a quote but is no quoted string.");
    }

    [GeneratedRegex("""\A"((?:[^"\\]|\\["\\])*)"\z""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedString();

    [GeneratedRegex("""\\(.)""", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}

/// <summary>A wrong id in the path names a resource that does not exist.</summary>
internal sealed class ResourceIdBinder<T> : TextModelBinder<T> where T : struct, IResourceId<T>
{
    protected override Error Refusal(string name, string text, string rule) => T.NotFound(text);
}
