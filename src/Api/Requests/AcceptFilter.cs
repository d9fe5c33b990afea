using Flownally.Api.Problems;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Requests;

/// <summary>Refuses a caller that does not accept JSON before anything is done for it (RFC 9110 §12.5.1).</summary>
internal sealed class AcceptFilter : IResourceFilter
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var accept = context.HttpContext.Request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var ranges))
        {
            return;
        }

        // The most specific range that covers JSON decides: "application/json;q=0, */*" does not want it.
        var decisive = ranges.Where(Json.IsSubsetOf).MaxBy(range => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2);
        if (decisive is null || decisive.Quality == 0)
        {
            context.Result = new ProblemResult(new NotAcceptable());
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
