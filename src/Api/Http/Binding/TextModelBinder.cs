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

        var isInPath = context.BindingInfo.BindingSource == BindingSource.Path;
        var binder = type == typeof(IdempotencyKey) ? typeof(IdempotencyKeyBinder)
            : type == typeof(IfMatch) ? typeof(IfMatchBinder)
            : isInPath && type == typeof(ContactId) ? typeof(ContactIdBinder)
            : (isInPath && Is(typeof(IResourceId<>)) ? typeof(ResourceIdBinder<>) : typeof(TextModelBinder<>)).MakeGenericType(type);
        return (IModelBinder)Activator.CreateInstance(binder)!;

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

    /// <summary>The one text of a parameter.</summary>
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

/// <summary>The header If-Match: a list, so that it may come in several lines (RFC 9110 §5.3).</summary>
internal sealed class IfMatchBinder : TextModelBinder<IfMatch>
{
    protected override string Single(StringValues values, string name) => string.Join(", ", values!);
}

/// <summary>A wrong id in the path names a resource that does not exist.</summary>
internal class ResourceIdBinder<T> : TextModelBinder<T> where T : struct, IResourceId<T>
{
    protected override Error Refusal(ModelBindingContext context, string text, string rule) => T.NotFound(text);
}

/// <summary>A recording makes its contact known, so an id that no contact can have is a fault of the request, as it is in a body.</summary>
internal sealed class ContactIdBinder : ResourceIdBinder<ContactId>
{
    protected override Error Refusal(ModelBindingContext context, string text, string rule) => Records(context.HttpContext)
        ? new ValidationFailed([new FieldViolation(context.FieldName, "malformed", rule)])
        : base.Refusal(context, text, rule);

    private static bool Records(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<SendsAttribute>()?.Requests.Contains(typeof(RecordEvent)) == true;
}
