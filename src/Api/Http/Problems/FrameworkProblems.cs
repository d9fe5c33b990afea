using Flownally.Application;
using Flownally.Domain;
using Microsoft.AspNetCore.Mvc.Abstractions;

namespace Flownally.Api.Http.Problems;

/// <summary>Converts the framework's refusals and exceptions to problems.</summary>
internal static class FrameworkProblems
{
    public static IServiceCollection AddProblems(this IServiceCollection services) => services
        .AddProblemDetails().AddExceptionHandler<ExceptionProblems>(); // UseExceptionHandler requires a fallback

    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app
        .UseExceptionHandler()
        .UseWhen(HasNoAction, refused => refused
            .UseStatusCodePages(pages => WriteAsync(pages.HttpContext, pages.HttpContext.Response.StatusCode)));

    /// <summary>Actions write complete responses; without an action the framework's status has no body.</summary>
    private static bool HasNoAction(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ActionDescriptor>() is null;

    /// <summary>Writes a problem for a status. The server uses more statuses than the catalog.</summary>
    public static Task WriteAsync(HttpContext context, int status) => Of(status) is { } error
        ? ProblemWriter.WriteAsync(context, error)
        : ProblemWriter.WriteAsync(context, status);

    /// <returns>Null for a 4xx status that no code of the catalog has.</returns>
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
