using System.Text.RegularExpressions;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Problems;
using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Ids;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Primitives;

namespace Flownally.Api.Http.Binding;

/// <summary>Binds the service's own text types in the path, query and headers.</summary>
internal sealed class TextModelBinderProvider : IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context)
    {
        var type = context.Metadata.UnderlyingOrModelType;
        if (type.Namespace?.StartsWith("Flownally.", StringComparison.Ordinal) != true || !Is(typeof(IParsable<>)))
        {
            return null;
        }

        var isInPath = context.BindingInfo.BindingSource == BindingSource.Path;
        var binder = type == typeof(IdempotencyKey) ? typeof(IdempotencyKeyBinder)
            : type == typeof(IfMatch) ? typeof(IfMatchBinder)
            : isInPath && type == typeof(ContactId) ? typeof(ContactIdBinder)
            : (isInPath && Is(typeof(IResourceId<>)) ? typeof(ResourceIdBinder<>) : typeof(TextModelBinder<>)).MakeGenericType(type);
        return (IModelBinder)Activator.CreateInstance(binder)!;

        bool Is(Type contract) => type.GetInterfaces().Any(known => known.IsGenericType && known.GetGenericTypeDefinition() == contract);
    }
}

/// <summary>Refuses wrong, empty and repeated values as <see cref="ParameterInvalid"/>.</summary>
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

    /// <summary>Converts the sent text to the value.</summary>
    protected virtual string Decode(string text) => text;

    /// <summary>The only text of a parameter.</summary>
    protected virtual string Single(StringValues values, string name) =>
        values.Count == 1 ? values.ToString() : throw new FormatException($"{name} is given once.");

    protected virtual Error Refusal(ModelBindingContext context, string text, string rule) => new ParameterInvalid(context.FieldName, rule);

    private void Bind(ModelBindingContext context, StringValues values)
    {
        try
        {
            context.Result = ModelBindingResult.Success(T.Parse(Decode(Single(values, context.FieldName)), null));
        }
        catch (FormatException exception)
        {
            RefusedInput.Add(context.ModelState, context.ModelName, Refusal(context, values.ToString(), exception.Message));
        }
    }
}

/// <summary>The header Idempotency-Key: a bare value or a string of RFC 8941 §3.3.3.</summary>
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
            : throw new FormatException("The value begins with a quote but is not a quoted string.");
    }

    [GeneratedRegex("""\A"((?:[^"\\]|\\["\\])*)"\z""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedString();

    [GeneratedRegex("""\\(.)""", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}

/// <summary>The header If-Match: a list, which may be sent as several headers (RFC 9110 §5.3).</summary>
internal sealed class IfMatchBinder : TextModelBinder<IfMatch>
{
    protected override string Single(StringValues values, string name) => string.Join(", ", values!);
}

/// <summary>A malformed id in the path is an unknown resource.</summary>
internal class ResourceIdBinder<T> : TextModelBinder<T> where T : struct, IResourceId<T>
{
    protected override Error Refusal(ModelBindingContext context, string text, string rule) => T.NotFound(text);
}

/// <summary>Recording an event creates its contact, so a malformed contact id is a validation error there, as in a body.</summary>
internal sealed class ContactIdBinder : ResourceIdBinder<ContactId>
{
    protected override Error Refusal(ModelBindingContext context, string text, string rule) => Records(context.HttpContext)
        ? new ValidationFailed([new FieldViolation(context.FieldName, "malformed", rule)])
        : base.Refusal(context, text, rule);

    private static bool Records(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<SendsAttribute>()?.Requests.Contains(typeof(RecordEvent)) == true;
}
