using Flownally.Api.Http.Edge;
using Flownally.Application;
using Flownally.Domain;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Abstractions;

namespace Flownally.Api.Http.Problems;

/// <summary>Gives the shape of the contract to what the framework refuses by itself and to what was thrown.</summary>
internal static class FrameworkProblems
{
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app
        .UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = context =>
            {
                SecurityHeaders.Set(context.Response.Headers); // which were cleared with what was begun
                var exception = context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
                return exception is BadHttpRequestException request
                    ? WriteAsync(context, request.StatusCode)
                    : ProblemWriter.WriteAsync(context, Failure.Of(exception));
            },
            // A failure is logged with the trace that its answer tells; an outage or a broken request is no fault of the program.
            SuppressDiagnosticsCallback = _ => true,
        })
        .UseWhen(HasNoAction, refused => refused
            .UseStatusCodePages(pages => WriteAsync(pages.HttpContext, pages.HttpContext.Response.StatusCode)));

    /// <summary>An action's answers are whole; the framework refuses what finds none.</summary>
    private static bool HasNoAction(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ActionDescriptor>() is null;

    /// <summary>The server's refusals have more statuses than the catalog.</summary>
    private static Task WriteAsync(HttpContext context, int status) => Of(status) is { } error
        ? ProblemWriter.WriteAsync(context, error)
        : ProblemWriter.WriteAsync(context, status);

    /// <returns>Null for a status of the 400s that no code of the catalog has.</returns>
    private static Error? Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new MalformedJson("The body of the request is incomplete or broken."),
        StatusCodes.Status404NotFound => new RouteNotFound(),
        StatusCodes.Status405MethodNotAllowed => new MethodNotAllowed(),
        StatusCodes.Status406NotAcceptable => new NotAcceptable(),
        StatusCodes.Status408RequestTimeout => new RequestTimeout(),
        StatusCodes.Status413PayloadTooLarge => new RequestTooLarge(),
        StatusCodes.Status415UnsupportedMediaType => new UnsupportedMediaType(),
        StatusCodes.Status412PreconditionFailed => new PreconditionFailed(),
        >= 400 and < 500 => null,
        _ => new Internal(),
    };
}
