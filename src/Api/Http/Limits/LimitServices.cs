using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.RateLimiting;

namespace Flownally.Api.Http.Limits;

/// <summary>Enforces the limits of tenants.</summary>
internal static class LimitServices
{
    public static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services
            .AddSingleton<CallLimits>()
            .AddRateLimiter(_ => { })
            .AddOptions<RateLimiterOptions>().Configure<CallLimits>((limiter, limits) =>
            {
                limiter.GlobalLimiter = limits.All;
                limiter.OnRejected = (refused, _) =>
                    new ValueTask(ProblemWriter.WriteAsync(refused.HttpContext, CallLimits.Refusal(refused.HttpContext, refused.Lease)));
            });
        return services;
    }

    /// <summary>Runs after authentication and before the body is read.</summary>
    public static IApplicationBuilder UseLimits(this IApplicationBuilder app) =>
        app.UseWhen(CallLimits.HasLimits, limited => limited.Use(AddHeadersAsync).UseRateLimiter());

    /// <summary>Adds the limit headers when the response starts, so that they include this call.</summary>
    private static Task AddHeadersAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            var states = context.RequestServices.GetRequiredService<CallLimits>().StatesFor(context).ToList();
            if (states.Count > 0)
            {
                context.Response.Headers["RateLimit-Policy"] = string.Join(", ", states.Select(state => state.Policy));
                context.Response.Headers["RateLimit"] = string.Join(", ", states.Select(state => state.Remaining));
            }

            return Task.CompletedTask;
        });
        return next(context);
    }
}
