using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Json;
using Flownally.Api.Http.Problems;
using Flownally.Application;
using Flownally.Domain;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Flownally.Api.Health;

/// <summary>For what watches the process: is it up, and can it work.</summary>
internal static class HealthRoutes
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        Map("live", _ => false);
        Map("ready", _ => true);

        void Map(string status, Func<HealthCheckRegistration, bool> checks) => routes
            .MapHealthChecks($"health/{status}", new HealthCheckOptions
            {
                Predicate = checks,
                AllowCachingResponses = true, // leaves Cache-Control: no-store, as of all answers
                ResponseWriter = (context, report) => Refusal(context.Request, report) is { } refusal
                    ? ProblemWriter.WriteAsync(context, refusal)
                    : context.Response.WriteAsJsonAsync(new { status }, ApiJson.Options, context.RequestAborted),
            })
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
    }

    /// <summary>That of the check that was registered first, where several fail.</summary>
    private static Error? Refusal(HttpRequest request, HealthReport report) => AcceptHeader.Wish(request, AcceptHeader.Json).Quality == 0
        ? new NotAcceptable()
        : report.Entries.Values.Where(check => check.Status == HealthStatus.Unhealthy).Select(check => check.Exception switch
        {
            null => new Internal(),
            DatabaseUnavailableException unavailable => new DatabaseUnavailable(unavailable.Message),
            var exception => Failure.Of(exception),
        }).FirstOrDefault();
}
