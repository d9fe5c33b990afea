using Flownally.Api.Http.Edge;
using Flownally.Application;
using Microsoft.AspNetCore.Diagnostics;

namespace Flownally.Api.Http.Problems;

/// <summary>Answers what was thrown as a problem. ProblemReport logs it, with the trace that the answer tells.</summary>
internal sealed class ThrownProblems : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        SecurityHeaders.Set(httpContext.Response.Headers); // which were cleared with what was begun
        await (exception is BadHttpRequestException request
            ? FrameworkProblems.WriteAsync(httpContext, request.StatusCode)
            : ProblemWriter.WriteAsync(httpContext, Failure.Of(exception)));
        return true;
    }
}
