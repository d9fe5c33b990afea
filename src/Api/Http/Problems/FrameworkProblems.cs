using Flownally.Application;
using Flownally.Domain;
using Microsoft.AspNetCore.Mvc.Abstractions;

namespace Flownally.Api.Http.Problems;

/// <summary>Gives the shape of the contract to what the framework refuses by itself and to what was thrown.</summary>
internal static class FrameworkProblems
{
    public static IServiceCollection AddProblems(this IServiceCollection services) => services
        .AddProblemDetails().AddExceptionHandler<ThrownProblems>(); // UseExceptionHandler asks for a last resort, too

    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app
        .UseExceptionHandler()
        .UseWhen(HasNoAction, refused => refused
            .UseStatusCodePages(pages => WriteAsync(pages.HttpContext, pages.HttpContext.Response.StatusCode)));

    /// <summary>An action's answers are whole; the framework refuses what finds none.</summary>
    private static bool HasNoAction(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ActionDescriptor>() is null;

    /// <summary>The server's refusals have more statuses than the catalog.</summary>
    public static Task WriteAsync(HttpContext context, int status) => Of(status) is { } error
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
