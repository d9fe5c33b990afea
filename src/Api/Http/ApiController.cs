using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Problems;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http;

/// <summary>What all controllers of the contract share: who calls, and how a result becomes an answer.</summary>
[ApiController]
[AnswersJson]
[TakesKnownParameters]
[Route("v1")]
public abstract class ApiController : ControllerBase
{
    /// <summary>Who calls, for which tenant.</summary>
    protected Caller Caller => ((CallerPrincipal)User).Caller;

    /// <summary>Ends when the caller goes away. As a parameter MVC would bind it like any other, which costs each call more than it looks.</summary>
    protected CancellationToken Aborted => HttpContext.RequestAborted;

    /// <summary>Whether the caller wants the headers of an answer, and so waits for nothing that its body would hold.</summary>
    protected bool IsHead => HttpMethods.IsHead(Request.Method);

    /// <summary>200 with the value, or the refusal.</summary>
    protected IActionResult Answer<T>(Result<T> result) => Answer(result, value => Ok(value));

    /// <summary>What is made of the value, or the refusal.</summary>
    protected IActionResult Answer<T>(Result<T> result, Func<T, IActionResult> success) =>
        result.Match(success, error => new ProblemResult(error));

    /// <summary>200 with what is shown at a revision, or 304 to a caller that has it (RFC 9110 §13.1.2).</summary>
    protected IActionResult OkUnlessHad<T>(T shown, int revision)
    {
        Tagged(shown, revision);
        var (now, had) = (Response.GetTypedHeaders().ETag!, Request.GetTypedHeaders().IfNoneMatch);
        return had.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(now, useStrongComparison: false))
            ? StatusCode(StatusCodes.Status304NotModified)
            : Ok(shown);
    }

    /// <summary>Tells in <c>ETag</c> which revision of something is shown.</summary>
    protected T Tagged<T>(T shown, int revision)
    {
        Response.GetTypedHeaders().ETag = new EntityTagHeaderValue($"\"{revision}\"");
        return shown;
    }
}
