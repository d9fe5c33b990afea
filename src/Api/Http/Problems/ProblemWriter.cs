using System.Diagnostics;
using System.Globalization;
using Flownally.Application.Limits;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Http.Problems;

/// <summary>Writes all error responses.</summary>
internal static class ProblemWriter
{
    public static Task WriteAsync(HttpContext context, Error error)
    {
        var type = ProblemCatalog.ByCode[error.Code];
        var response = context.Response;
        response.StatusCode = type.Status;
        AddHeaders(response.Headers, error, type);
        var problem = Problem.Of(error, context.Request.Path.ToUriComponent(), TraceOf(context.Request));
        context.RequestServices.GetRequiredService<ProblemReport>().Add(context, error, problem.TraceId);
        return WriteAsync(context, problem);
    }

    /// <summary>Responds with a status that needs no explanation (RFC 9457 §4.2.1).</summary>
    public static Task WriteAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, new Problem
        {
            Type = "about:blank",
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Instance = context.Request.Path.ToUriComponent(),
            TraceId = TraceOf(context.Request),
        });
    }

    private static Task WriteAsync(HttpContext context, Problem problem)
    {
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        return context.Response.WriteAsJsonAsync(problem, json, Problem.ContentType, CancellationToken.None);
    }

    /// <summary>
    /// The call's traceparent, in its caller's trace or in a new one. It is created only for an error response, unless a listener observes
    /// activities.
    /// </summary>
    public static string? TraceOf(HttpRequest request)
    {
        if (Activity.Current is { } current)
        {
            return current.Id;
        }

        using var activity = new Activity(nameof(Problem));
        if (ActivityContext.TryParse(request.Headers.TraceParent, traceState: null, out var caller))
        {
            activity.SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags);
        }

        return activity.Start().Id;
    }

    private static void AddHeaders(IHeaderDictionary headers, Error error, ProblemType type)
    {
        switch (error)
        {
            case Unauthenticated:
                headers.WWWAuthenticate = "Bearer";
                break;
            case IdempotencyKeyExists exists:
                headers.Location = $"/v1/events/{exists.ExistingEventId}";
                break;
        }

        if (type.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            var seconds = error is RateLimited limited ? (long)Math.Ceiling(limited.RetryAfter.TotalSeconds) : 1;
            headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>An error as the result of a controller's action.</summary>
internal sealed class ProblemResult(Error error) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context) => ProblemWriter.WriteAsync(context.HttpContext, error);
}
