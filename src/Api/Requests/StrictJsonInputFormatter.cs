using System.Buffers;
using System.Text.Json;
using Flownally.Api.Authentication;
using Flownally.Api.Problems;
using Flownally.Application.Limits;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Requests;

/// <summary>
/// Reads bodies as strict JSON (RFC 8259, and RFC 7493 §2.3 on duplicate members): what a client mistyped is refused,
/// never ignored, and everything that is wrong is named at once.
/// </summary>
internal sealed class StrictJsonInputFormatter(JsonSerializerOptions options) : IInputFormatter
{
    /// <summary>Objects and arrays in one another: above what payloads and schemas may have, so that they can say so themselves.</summary>
    private const int MaxDepth = 64;

    /// <summary>Of a body that nobody waits for: most are far smaller.</summary>
    private const int SmallBytes = 16 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    private readonly StrictJsonReader _reader = new(options);

    /// <summary>Also bodies of another type, so that they are refused in our words.</summary>
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

        using var buffer = new MemoryStream(); // grows with what arrives, not with what is announced
        try
        {
            if (!await TryReadAsync(request, buffer, cancellationToken))
            {
                return new RateLimited("the bodies that are held for one tenant at a time", RateLimited.Soon);
            }
        }
        catch (IOException exception) when (exception is not BadHttpRequestException) // a chunk's size that overflows, or a lost connection
        {
            throw new BadHttpRequestException("The body cannot be read.", exception);
        }

        var utf8 = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        using var place = utf8.Length > SmallBytes ? await request.HttpContext.RequestServices.GetRequiredService<ProcessorShares>().EnterAsync(TenantOf(request), cancellationToken) : null;
        try
        {
            // Before the document is made: it would compare members in quadratic time at great depths, and cannot read half a surrogate.
            var faults = JsonText.FindFaults(utf8.Span, MaxDepth);
            if (faults.Count > 0)
            {
                return new ValidationFailed([.. faults.Select(fault => new FieldViolation(fault.Pointer, "unstorable", fault.Message))]);
            }

            var document = JsonDocument.Parse(utf8, Strict);
            request.HttpContext.Response.RegisterForDispose(document);
            return _reader.Read(document.RootElement, type);
        }
        catch (JsonException exception)
        {
            return new MalformedJson(Describe(exception));
        }
    }

    /// <returns>False where larger bodies of the tenant are held already, and this one is not small.</returns>
    private static async Task<bool> TryReadAsync(HttpRequest request, MemoryStream buffer, CancellationToken cancellationToken)
    {
        if (request.ContentLength <= SmallBytes)
        {
            await request.Body.CopyToAsync(buffer, cancellationToken);
            return true;
        }

        var held = request.HttpContext.RequestServices.GetRequiredService<BodyMemory>().Of(TenantOf(request));
        request.HttpContext.Response.RegisterForDispose(held);
        var piece = ArrayPool<byte>.Shared.Rent(SmallBytes);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(piece, cancellationToken)) > 0)
            {
                if (!held.TryTake(read))
                {
                    return false;
                }

                buffer.Write(piece, 0, read);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static TenantId TenantOf(HttpRequest request) => ((CallerPrincipal)request.HttpContext.User).Caller.TenantId;

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.MediaType.Equals(TakesMergePatchAttribute.MediaType, StringComparison.OrdinalIgnoreCase)
                && request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<TakesMergePatchAttribute>() is not null))
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
        && request.Headers.ContentEncoding.Count == 0;

    /// <summary>Where it went wrong; the parser's own words speak of .NET.</summary>
    private static string Describe(JsonException exception) => exception.LineNumber is { } line
        ? $"The body is not one JSON text, or names a member twice: line {line + 1}, byte {exception.BytePositionInLine + 1}."
        : "The body is not one JSON text in UTF-8, or names a member twice.";
}
