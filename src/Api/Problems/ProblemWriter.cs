using System.Diagnostics;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Problems;

/// <summary>Turns refusals into answers. Nothing else writes an answer that is no success.</summary>
internal static class ProblemWriter
{
    public static Task WriteAsync(HttpContext context, Error error)
    {
        var type = ProblemCatalog.ByCode[error.Code];
        var response = context.Response;
        response.StatusCode = type.Status;
        AddHeaders(response.Headers, error, type);
        var problem = Problem.Of(error, context.Request.Path.ToUriComponent(), Activity.Current?.Id);
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        return response.WriteAsJsonAsync(problem, json, Problem.ContentType, CancellationToken.None); // which is silent where nobody is left to be told
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
            headers.RetryAfter = "1"; // seconds
        }
    }
}

/// <summary>A refusal as the result of a controller's action.</summary>
internal sealed class ProblemResult(Error error) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context) => ProblemWriter.WriteAsync(context.HttpContext, error);
}
