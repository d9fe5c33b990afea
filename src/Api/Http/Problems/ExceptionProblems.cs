using Flownally.Api.Http.Edge;
using Flownally.Api.Http.OpenApi;
using Flownally.Application;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Flownally.Api.Http.Problems;

/// <summary>Converts exceptions to problems. ProblemReport logs them with the response's trace id.</summary>
internal sealed class ExceptionProblems : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        SecurityHeaders.Set(httpContext.Response.Headers); // the exception handler has cleared the headers
        httpContext.SetEndpoint(httpContext.Features.GetRequiredFeature<IExceptionHandlerFeature>().Endpoint); // and removed the endpoint
        httpContext.GetEndpoint()?.Metadata.GetMetadata<DeprecatedAttribute>()?.Set(httpContext.Response);
        await (exception is BadHttpRequestException request
            ? FrameworkProblems.WriteAsync(httpContext, request.StatusCode)
            : ProblemWriter.WriteAsync(httpContext, Failure.Of(exception)));
        return true;
    }
}
