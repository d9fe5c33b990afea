using System.Text.Json;
using Flownally.Api.Compression;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Problems;
using Flownally.Application.Limits;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.Tenants;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Reads bodies as strict JSON (RFC 8259, and RFC 7493 §2.3 on duplicate members). Unknown members are refused, not ignored, and the
/// refusal names all faults.
/// </summary>
internal sealed class StrictJsonInputFormatter(JsonSerializerOptions options) : IInputFormatter
{
    private readonly StrictJsonReader _reader = new(options);

    /// <summary>Accepts bodies of any type, so that this formatter writes the refusal.</summary>
    public bool CanRead(InputFormatterContext context) => true;

    public async Task<InputFormatterResult> ReadAsync(InputFormatterContext context)
    {
        var body = await ReadAsync(context.HttpContext.Request, context.ModelType, context.HttpContext.RequestAborted);
        if (body.IsSuccess)
        {
            return InputFormatterResult.Success(body.Value);
        }

        RefusedInput.Add(context.ModelState, context.ModelName, body.Error);
        return InputFormatterResult.Failure();
    }

    private async Task<Result<object>> ReadAsync(HttpRequest request, Type type, CancellationToken cancellationToken)
    {
        if (!IsJson(request))
        {
            return new UnsupportedMediaType();
        }

        var limit = request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize ?? int.MaxValue;
        if (request.ContentLength > limit)
        {
            return new RequestTooLarge();
        }

        var body = request.HttpContext.RequestServices.GetRequiredService<BodyMemory>().Of(TenantOf(request));
        request.HttpContext.Response.RegisterForDispose(body);
        try
        {
            if (!await body.TryReadAsync(request.Body, request.ContentLength, limit, cancellationToken))
            {
                var limitInMiB = BodyMemory.MaxBytesPerTenant / 1024 / 1024;
                return new RateLimited($"{limitInMiB} MiB of request bodies at the same time", RateLimited.MinRetryAfter);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or TrailingDataException)
        {
            return new MalformedJson("The body does not match its Content-Encoding.");
        }
        catch (Exception exception) when (exception is OperationCanceledException or (IOException and not BadHttpRequestException))
        {
            // The size of a chunk overflows, or the connection is lost. The server reports a lost connection before it cancels
            // RequestAborted, so without this the cancellation would be logged as a failure of the service.
            throw new BadHttpRequestException("The body cannot be read.", exception);
        }

        var processor = request.HttpContext.RequestServices.GetRequiredService<ProcessorShares>();
        using var share = body.Utf8.Length > BodyMemory.SmallBytes
            ? await processor.EnterAsync(TenantOf(request), cancellationToken)
            : null;
        var documents = new JsonDocuments();
        request.HttpContext.Response.RegisterForDispose(documents);
        return _reader.Read(body.Utf8, type, documents);
    }

    private static TenantId TenantOf(HttpRequest request) => ((CallerPrincipal)request.HttpContext.User).Caller.TenantId;

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.MediaType.Equals(AcceptsMergePatchAttribute.MediaType, StringComparison.OrdinalIgnoreCase)
                && request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<AcceptsMergePatchAttribute>() is not null))
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
        && request.Headers.ContentEncoding.Count == 0;
}
