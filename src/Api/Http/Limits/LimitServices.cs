using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.RateLimiting;

namespace Flownally.Api.Http.Limits;

/// <summary>Holds calls to the limits of their tenant.</summary>
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

    /// <summary>Comes after authentication, and before anything of a call is read but its headers.</summary>
    public static IApplicationBuilder UseLimits(this IApplicationBuilder app) =>
        app.UseWhen(CallLimits.Hold, limited => limited.Use(TellAsync).UseRateLimiter());

    /// <summary>Tells of the limits at the last moment, when the call has taken what it takes.</summary>
    private static Task TellAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            var states = context.RequestServices.GetRequiredService<CallLimits>().StatesFor(context).ToList();
            if (states.Count > 0)
            {
                context.Response.Headers["RateLimit-Policy"] = string.Join(", ", states.Select(state => state.Policy));
                context.Response.Headers["RateLimit"] = string.Join(", ", states.Select(state => state.Left));
            }

            return Task.CompletedTask;
        });
        return next(context);
    }
}
