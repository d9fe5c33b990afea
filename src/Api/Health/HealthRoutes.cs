using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Json;
using Flownally.Api.Http.Problems;
using Flownally.Application;
using Flownally.Domain;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Flownally.Api.Health;

/// <summary>Health checks: whether the process is alive, and whether it can serve calls.</summary>
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
                AllowCachingResponses = true, // keeps Cache-Control: no-store, like all responses
                ResponseWriter = (context, report) => Refusal(context.Request, report) is { } refusal
                    ? ProblemWriter.WriteAsync(context, refusal)
                    : context.Response.WriteAsJsonAsync(new { status }, ApiJson.Options, context.RequestAborted),
            })
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
    }

    /// <summary>The error of the first registered check that fails.</summary>
    private static Error? Refusal(HttpRequest request, HealthReport report) =>
        AcceptHeader.Preference(request, AcceptHeader.Json).Quality == 0
        ? new NotAcceptable()
        : report.Entries.Values.Where(check => check.Status == HealthStatus.Unhealthy).Select(check => check.Exception switch
        {
            null => new Internal(),
            DatabaseUnavailableException unavailable => new DatabaseUnavailable(unavailable.Message),
            var exception => Failure.Of(exception),
        }).FirstOrDefault();
}
